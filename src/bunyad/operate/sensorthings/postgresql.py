"""
What conditions call, in PostgreSQL: the functions that SQLite has or is given, of the same names.

They are made in each tenant's schema, beside its tables. A document is a text there too; it is read
as `jsonb`, so that a condition on one with the character U+0000 is refused. Shapes are asked of
shapely (`queries.shapes`).
"""

from __future__ import annotations

import re

from bunyad.operate.records import dialect
from bunyad.operate.records.schema import add_functions
from bunyad.operate.sensorthings.queries import shapes

# SQLite compares texts byte by byte, and PostgreSQL as the database's language does.
_TEXT = """
DO $$ BEGIN
  CREATE DOMAIN sensorthings_text AS TEXT COLLATE "C";
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
"""
_DOCUMENTS = r"""
CREATE OR REPLACE FUNCTION sensorthings_at(doc TEXT, path TEXT) RETURNS JSONB
  LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_path_query_first(doc::jsonb, ('strict ' || path)::jsonpath, '{}', true) $$;
CREATE OR REPLACE FUNCTION sensorthings_kind(it JSONB) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE jsonb_typeof(it) WHEN 'string' THEN 'text' WHEN 'boolean' THEN it::text
    WHEN 'number' THEN CASE WHEN it::text ~ '[.eE]' THEN 'real' ELSE 'integer' END
    ELSE jsonb_typeof(it) END $$;
CREATE OR REPLACE FUNCTION json_type(doc TEXT, path TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
  SELECT sensorthings_kind(sensorthings_at(doc, path)) $$;
CREATE OR REPLACE FUNCTION typeof(it JSON) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(sensorthings_kind(it::jsonb), 'null') $$;
CREATE OR REPLACE FUNCTION sensorthings_written(it JSONB) RETURNS TEXT
  LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
  IF jsonb_typeof(it) <> 'array' THEN RETURN it::text; END IF;
  RETURN '[' || coalesce((SELECT string_agg(sensorthings_written(each.value), ',' ORDER BY each.n)
    FROM jsonb_array_elements(it) WITH ORDINALITY AS each(value, n)), '') || ']';
END $$;
CREATE OR REPLACE FUNCTION sensorthings_words(it JSONB) RETURNS sensorthings_text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT (CASE jsonb_typeof(it) WHEN 'boolean' THEN CASE it::text WHEN 'true' THEN '1' ELSE '0' END
    WHEN 'array' THEN sensorthings_written(it) ELSE it #>> '{}' END)::sensorthings_text $$;
CREATE OR REPLACE FUNCTION sensorthings_number(it JSONB) RETURNS NUMERIC
  LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE jsonb_typeof(it) WHEN 'number' THEN (it #>> '{}')::numeric END $$;
CREATE OR REPLACE FUNCTION json_extract(doc TEXT, path TEXT) RETURNS sensorthings_text
  LANGUAGE sql IMMUTABLE AS $$ SELECT sensorthings_words(sensorthings_at(doc, path)) $$;
CREATE OR REPLACE FUNCTION sensorthings_number(doc TEXT, path TEXT) RETURNS NUMERIC
  LANGUAGE sql IMMUTABLE AS $$ SELECT sensorthings_number(sensorthings_at(doc, path)) $$;
CREATE OR REPLACE FUNCTION sensorthings_words(it JSON) RETURNS sensorthings_text
  LANGUAGE sql IMMUTABLE AS $$ SELECT (it #>> '{}')::sensorthings_text $$;
CREATE OR REPLACE FUNCTION sensorthings_number(it JSON) RETURNS NUMERIC
  LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE json_typeof(it) WHEN 'number' THEN (it #>> '{}')::numeric END $$;
CREATE OR REPLACE FUNCTION sensorthings_number_of(it JSONB) RETURNS NUMERIC
  LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE jsonb_typeof(it) WHEN 'number' THEN (it #>> '{}')::numeric
    WHEN 'boolean' THEN CASE it::text WHEN 'true' THEN 1 ELSE 0 END END $$;
CREATE OR REPLACE FUNCTION sensorthings_text_of(it JSONB) RETURNS sensorthings_text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN jsonb_typeof(it) NOT IN ('number', 'boolean') THEN sensorthings_words(it) END $$;
CREATE OR REPLACE FUNCTION json_array_length(doc TEXT, path TEXT DEFAULT '$') RETURNS BIGINT
  LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN jsonb_typeof(it) = 'array' THEN jsonb_array_length(it) ELSE 0 END::bigint
  FROM sensorthings_at(doc, path) it WHERE it IS NOT NULL $$;
CREATE OR REPLACE FUNCTION json_quote(it TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
  SELECT to_json(it)::text $$;
CREATE OR REPLACE FUNCTION json_each(doc TEXT, path TEXT)
  RETURNS TABLE(key TEXT, value JSONB, type TEXT, fullkey TEXT) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE it JSONB := sensorthings_at(doc, path); BEGIN
  CASE jsonb_typeof(it)
  WHEN 'array' THEN RETURN QUERY
    SELECT (n - 1)::text, e, sensorthings_kind(e), path || '[' || (n - 1) || ']'
    FROM jsonb_array_elements(it) WITH ORDINALITY AS j(e, n);
  WHEN 'object' THEN RETURN QUERY
    SELECT k, e, sensorthings_kind(e), path || '.' || to_json(k) FROM jsonb_each(it) AS j(k, e);
  ELSE RETURN QUERY SELECT NULL, it, sensorthings_kind(it), path WHERE it IS NOT NULL;
  END CASE;
END $$;
"""
_TEXTS = """
CREATE OR REPLACE FUNCTION instr(whole TEXT, part TEXT) RETURNS BIGINT LANGUAGE sql IMMUTABLE AS $$
  SELECT strpos(whole, part)::bigint $$;
CREATE OR REPLACE FUNCTION sensorthings_substr(it TEXT, start FLOAT8) RETURNS TEXT
  LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN start < 0 THEN right(it, least(-trunc(start), 2147483647)::int)
    ELSE substr(it, least(trunc(start), 2147483647)::int) END $$;
CREATE OR REPLACE FUNCTION sensorthings_substr(it TEXT, start FLOAT8, count FLOAT8) RETURNS TEXT
  LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
  IF start < 0 OR count < 0 THEN
    RAISE EXCEPTION 'parts of texts from their end' USING ERRCODE = 'feature_not_supported';
  END IF;
  RETURN substr(it, least(trunc(start), 1073741823)::int, least(trunc(count), 1073741823)::int);
END $$;
CREATE OR REPLACE FUNCTION sensorthings_lower(it TEXT) RETURNS sensorthings_text
  LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN lower(it COLLATE "und-x-icu"); END $$;
CREATE OR REPLACE FUNCTION sensorthings_upper(it TEXT) RETURNS sensorthings_text
  LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN upper(it COLLATE "und-x-icu"); END $$;
"""
_NUMBERS = """
CREATE OR REPLACE FUNCTION sensorthings_rest(a NUMERIC, b NUMERIC) RETURNS NUMERIC
  LANGUAGE sql IMMUTABLE AS $$ SELECT a % nullif(b, 0) $$;
CREATE OR REPLACE FUNCTION sensorthings_rest(a FLOAT8, b FLOAT8) RETURNS FLOAT8
  LANGUAGE sql IMMUTABLE AS $$ SELECT (a::text::numeric % nullif(b::text::numeric, 0))::float8 $$;
CREATE OR REPLACE FUNCTION sensorthings_round(it NUMERIC) RETURNS NUMERIC
  LANGUAGE sql IMMUTABLE AS $$ SELECT round(it) $$;
CREATE OR REPLACE FUNCTION sensorthings_round(it FLOAT8) RETURNS FLOAT8
  LANGUAGE sql IMMUTABLE AS $$ SELECT round(it::text::numeric)::float8 $$;
CREATE OR REPLACE FUNCTION sensorthings_quotient(a FLOAT8, b FLOAT8) RETURNS FLOAT8
  LANGUAGE sql IMMUTABLE AS $$ SELECT a / nullif(b, 0) $$;
DO $$ BEGIN
  CREATE OPERATOR #/ (LEFTARG = FLOAT8, RIGHTARG = FLOAT8, FUNCTION = sensorthings_quotient);
EXCEPTION WHEN duplicate_function THEN NULL; END $$;
"""
# a second of 60 and one after 59:59 are the same, as `times.read_moment` has it
_TIMES = r"""
CREATE OR REPLACE FUNCTION sensorthings_told(seconds NUMERIC, form TEXT) RETURNS TEXT
  LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN seconds BETWEEN -62135596800 AND 253402300799
    THEN to_char(to_timestamp(seconds::float8) AT TIME ZONE 'UTC', form) END $$;
CREATE OR REPLACE FUNCTION strftime(form TEXT, seconds NUMERIC, way TEXT) RETURNS TEXT
  LANGUAGE sql IMMUTABLE AS $$
  SELECT sensorthings_told(seconds, CASE form WHEN '%Y' THEN 'YYYY' WHEN '%m' THEN 'MM'
    WHEN '%d' THEN 'DD' WHEN '%H' THEN 'HH24' WHEN '%M' THEN 'MI' WHEN '%S' THEN 'SS' END) $$;
CREATE OR REPLACE FUNCTION strftime(form TEXT, day TEXT) RETURNS TEXT
  LANGUAGE sql IMMUTABLE AS $$ SELECT ((day::date - DATE '1970-01-01') * 86400::bigint)::text $$;
CREATE OR REPLACE FUNCTION date(seconds NUMERIC, way TEXT) RETURNS sensorthings_text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT sensorthings_told(seconds, 'YYYY-MM-DD')::sensorthings_text $$;
CREATE OR REPLACE FUNCTION sensorthings_clock(seconds NUMERIC, way TEXT) RETURNS sensorthings_text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT sensorthings_told(seconds, 'HH24:MI:SS')::sensorthings_text $$;
CREATE OR REPLACE FUNCTION sensorthings_micros(it NUMERIC) RETURNS TEXT
  LANGUAGE sql IMMUTABLE AS $$ SELECT '.' || lpad(trunc(it)::text, 6, '0') $$;
CREATE OR REPLACE FUNCTION sensorthings_moment(said TEXT) RETURNS BIGINT
  LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE p TEXT[]; us NUMERIC; shift BIGINT := 0; BEGIN
  p := regexp_match(btrim(said, E' \t\n\r\f\v'), '^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)'
    || '(?::(\d\d)(?:[.,](\d+))?)?\s*(?:[Zz]|([+\- ])(\d\d)(?::?(\d\d))?)?$');
  IF p IS NULL OR p[4]::int > 23 OR p[5]::int > 59 OR coalesce(p[6], '0')::int > 60 THEN
    RETURN NULL;
  END IF;
  IF p[8] IS NOT NULL THEN
    shift := (p[9]::int * 3600 + coalesce(p[10], '0')::int * 60)
      * CASE p[8] WHEN '-' THEN -1 ELSE 1 END;
  END IF;
  us := ((make_date(p[1]::int, p[2]::int, p[3]::int) - DATE '1970-01-01') * 86400::bigint
    + p[4]::int * 3600 + p[5]::int * 60 + coalesce(p[6], '0')::int - shift) * 1000000
    + rpad(left(coalesce(p[7], '0'), 6), 6, '0')::int;
  RETURN CASE WHEN us BETWEEN -62135596800000000 AND 253402300799999999 THEN us END;
EXCEPTION WHEN datetime_field_overflow THEN RETURN NULL;
END $$;
"""
FUNCTIONS = _TEXT + _DOCUMENTS + _TEXTS + _NUMBERS + _TIMES + shapes.FUNCTIONS

_KEYS = (
    "FROM (SELECT CAST(j.value AS BIGINT) AS value, j.n AS key FROM "
    "json_array_elements_text(CAST(? AS json)) WITH ORDINALITY AS j(value, n)) p"
)
# SQLite's conditions are the numbers 1 and 0; its values of readings have their own kinds, and are
# JSON here; its `min` and `max` of two values are aggregates here
_PHRASES = (
    ("FROM json_each(?) p", _KEYS),
    ("WHEN 'true' THEN 1 WHEN 'false' THEN 0 END",
     "WHEN 'true' THEN true WHEN 'false' THEN false END"),
    ("WHEN 1 THEN 'true' WHEN 0 THEN 'false' END",
     "WHEN true THEN 'true' WHEN false THEN 'false' END"),
    ("IN ('integer', 'real') THEN json_extract(",
     "IN ('integer', 'real') THEN sensorthings_number("),
    ("type = 'text' AND value = (", "type = 'text' AND sensorthings_words(value) = ("),
    ("type IN ('integer', 'real') AND value = (", "sensorthings_number(value) = ("),
    ("round(", "sensorthings_round("),
    (" * 1.0 / ", " #/ "),
    ("(time(", "(sensorthings_clock("),
    ("printf('.%06d', ", "sensorthings_micros("),
    ("?3 IS NULL", "CAST(?3 AS BIGINT) IS NULL"),
    ("= min(coalesce(", "= least(coalesce("),
    ("ELSE min(coalesce(", "ELSE least(coalesce("),
    ("= max(coalesce(", "= greatest(coalesce("),
    ("ELSE max(coalesce(", "ELSE greatest(coalesce("),
    ("NOT LIKE '%geo+json%'", "NOT ILIKE '%geo+json%'"),
    *shapes.PHRASES,
)  # fmt: skip
_FORMS = (
    (re.compile(r"\bsubstr\("), "sensorthings_substr("),
    (re.compile(r"(?<!CAST\(value) AS INTEGER\)"), " AS BIGINT)"),
    (re.compile(r"CASE WHEN typeof\((\w+\.value)\) IN \('integer', 'real'\) THEN \1 END"),
     r"sensorthings_number(\1)"),
    (re.compile(r"CAST\((\w+\.value) AS TEXT\)"), r"sensorthings_words(\1)"),
    (re.compile(r"coalesce\((\w+\.named), (\w+\.(?:key|ref))\)"),
     r"coalesce(\1, CAST(\2 AS TEXT))"),
)  # fmt: skip


def translate(statement: str) -> str:
    """
    Return a statement of SensorThings in PostgreSQL's words, where they are others.

    Examples
    --------
    >>> translate("SELECT coalesce(e.named, e.key) FROM sensorthings_thing e")
    'SELECT coalesce(e.named, CAST(e.key AS TEXT)) FROM sensorthings_thing e'
    """
    if "sensorthings_" not in statement:
        return statement
    for phrase, other in _PHRASES:
        statement = statement.replace(phrase, other)
    for form, other in _FORMS:
        statement = form.sub(other, statement)
    return statement


add_functions("sensorthings", FUNCTIONS)
dialect.words.append(translate)

# English: why an organisation and a need suit each other, and what happened to a venture.
# A message's name says where it stands; the program fills in `{ $name }`.

reason-sector-4 = It works in the very branch that is asked for: { $branch }.
reason-sector-3 = It works in a near branch: { $theirs }. Asked for is { $asked }.
reason-sector-2 = It works in the same division of the economy: { $branch }.
reason-sector-1 = It works in the same section of the economy: { $branch }.
reason-sector-0 = It works in another branch: { $theirs }. Asked for is { $asked }.
reason-text-shared = Its offer speaks of what is asked for: { $concepts }.
reason-text-some = Its offer is worded like what is asked for.
reason-text-none = Its offer does not speak of what is asked for.
reason-references-some = It has done the like: { $reference }.
reason-references-other = It names references, none of them like this.
reason-references-none = It names no references.
reason-capacity-enough = Its sales of { $sales } a year are { $times } times what this costs a year.
reason-capacity-short = Its sales of { $sales } a year are small beside the { $cost } that this costs a year.
reason-capacity-staff = Its staff of { $staff } lets expect { $sales } of sales a year; this costs { $cost } a year.
reason-capacity-unknown = It tells neither sales nor staff.
reason-language-shared = You share a language: { $languages }.
reason-language-none = You share no language: an interpreter is needed.
reason-country-home = It is at home where the work is: { $country }.
reason-country-preferred = The rules prefer its country: { $country }.
reason-country-abroad = It comes from abroad: { $country }.
reason-country-barred = The rules keep its country out: { $country }.
reason-wishes-shared = It looks for this: { $concepts }.
reason-wishes-some = What it looks for is near this.
reason-wishes-other = It looks for something else.
reason-wishes-none = It tells no wishes.
reason-feedback-no = Somebody said “no thanks”: you will not meet.
reason-feedback-must = Somebody said that you must meet.
reason-feedback-up = What was said to like matches speaks for this one.
reason-feedback-down = What was said to like matches speaks against this one.

criterion-sector = Branch
criterion-text = Offer
criterion-references = References
criterion-capacity = Capacity
criterion-language = Language
criterion-country = Country
criterion-wishes = Wishes
criterion-feedback = Feedback

venture-drafted = The agreement “{ $title }” was drafted.
venture-revised = A new version of “{ $title }” was written: { $why }
venture-signed = { $party } signed version { $version }.
venture-declined = { $party } declined version { $version }: { $why }
venture-document_added = { $party } added the document “{ $document }”.
venture-contributed = Of the contribution { $contribution }, { $amount_usd } US$ came on { $day }: { $why }
venture-milestone_reached = The milestone { $milestone } was reached on { $day }: { $why }
venture-milestone_missed = The milestone { $milestone } was missed and is due on { $due }: { $why }
venture-reminded = { $party } was reminded of “{ $what }”, due on { $due }.
venture-ended = The venture has ended: { $why }
venture-cancelled = The venture was cancelled: { $why }

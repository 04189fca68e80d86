# Lists
days-forums = Forums
days-forums-note = Who meets whom, when, and at which table.
days-exchanges = Exchanges
days-exchanges-note = Places for startups and students, given so that nobody has a reason to swap.
days-schools = Courses
days-schools-note = IT courses for the schools of the settlements: groups, teachers, rooms and the week.
days-add = Add one from a JSON file
days-add-note = A document as the manual shows it; afterwards you open it and go on there.
days-no-json = This file is no JSON.
days-none = Nothing is here yet
days-none-note = Organisers add the first one and publish it.
days-public = public
days-draft = draft
days-publish = Publish
days-hide = Take back from the public

# Forum
days-board = Board of the hall
days-calendar = Calendar (iCalendar)
days-desk = Organiser's desk
days-made = { $count } meetings; { $share } % of the best score that is possible.
days-not-made = There is no timetable yet.
days-plan = Make the timetable
days-plan-again = Make the timetable anew
days-unmet = Asked for and not in the timetable
days-badges = Badges (PDF)
days-tables = Lists of the tables (PDF)
days-away = Is away after all
days-from = From slot
days-replan = Change the timetable
days-replanned = Meetings moved: { $moved }, dropped: { $dropped }.
days-all-meetings = All meetings
days-mine = My meetings
days-when = When
days-guest = Guest
days-host = Host
days-place = Place
days-status = Status
days-status-pending = waits for an answer
days-status-agreed = agreed
days-status-declined = declined
days-status-cancelled = cancelled
days-status-held = held
days-status-missed = missed
days-table = table { $number }
days-interpreter = interpreter: { $language }
days-offered = Another time is offered: { $slot }
days-accept = Accept
days-decline = Decline
days-move-accept = Accept the new time
days-move-decline = Leave it where it is
days-other-time = Another time
days-offer = Offer
days-cancel = Cancel
days-board-now = now
days-board-next = next
days-board-empty = free
days-board-over = The forum is over.
days-board-stale = No connection; this is the last known state.

# Exchange
days-match = Match
days-not-matched = { $applicants } applicants and { $hosts } hosts are not matched yet.
days-matched = { $placed } of { $applicants } are placed; there are { $places } places.
days-stable = stable: nobody has a reason to swap
days-not-stable = blocking pairs: { $count }
days-by-wish = Who got which wish
days-wish = Wish
days-count = Applicants
days-placed = Who goes where
days-applicant = Applicant

# Courses
days-plan-id = Plan whose children fill the groups
days-year = Year
days-make-week = Make the week
days-no-week = There is no week yet.
days-week = { $pupils } pupils in { $groups } groups are taught.
days-lessons = Lessons of every week
days-period = day { $day }, period { $period }
days-group = Group
days-pupils = Pupils
days-teacher = Teacher
days-room = Room
days-untaught = Groups without lessons

# Certificates
days-certificate-check = Check a certificate
days-certificate-note = The code on the paper holds the certificate. It is checked with the public key of its issuer.
days-certificate-text = What the code says
days-certificate-key = Public key of the issuer
days-certificate-issuer = Name of the issuer
days-certificate-list = The issuer's list of certificates taken back, if there is one
days-verdict-valid = valid
days-verdict-revoked = taken back
days-verdict-forged = forged
days-verdict-unknown_issuer = not of this issuer
days-verdict-list_unknown = signed by this issuer; whether it was taken back is unknown
days-certificate-field-holder = Holder
days-certificate-field-course = Course
days-certificate-field-lessons = Lessons
days-certificate-field-issuer = Issuer
days-certificate-field-issued = Issued
days-certificate-field-id = Number
days-on-behalf = Act for a participant

# Exchange, more
days-matching = Matching…
days-match-note = Matching places every applicant at the best host that wants them. Afterwards you publish who goes where; lists of wishes stay hidden.
days-goes-to = Goes to
days-nowhere = no place
days-field = Field
days-hosts = Hosts
days-taken = Places taken
days-wish-number = wish { $number }

# Progress and certificates
days-course = Course
days-own-groups = Groups of the document
days-progress = Progress of the pupils
days-progress-note = Names of children: only those who organise these courses see them, also when the courses are public.
days-register = The register
days-register-note = CSV with a row for each pupil and lesson: pupil, lesson, there (yes or no), mark (0 to 100 or empty). It replaces what is kept.
days-register-template = Empty register (CSV)
days-register-delete = Delete the register
days-register-gone = The register was deleted.
days-register-kept = Rows kept: { $count }.
days-register-faulty = These lines are not understood; nothing was kept: { $lines }
days-no-register = No register is kept yet.
days-passing = Passed has who was in { $share } % of all lessons, with marks of { $mark } on average.
days-pupil = Pupil
days-attended = Lessons attended
days-of-lessons = { $attended } of { $held } held, of { $lessons }
days-mean-mark = Mean mark
days-passed = Passed
days-not-yet = not yet
days-issue = Certificates of those who passed
days-issue-note = They are signed in this page; the key is not sent. You get a PDF with a page each, and the certificates as a file.
days-key = Key of the issuer
days-key-note = File with the secret key, as made here or by bunyad partner courses key.
days-key-is = Key { $key }…
days-key-none = This file holds no key.
days-key-make = Make a key and keep it
days-issue-all = Issue { $count } certificates
days-issued = Certificates issued: { $count }.
days-take-back = Take certificates back
days-take-back-ids = Numbers of all that were taken back so far
days-take-back-sign = Sign the list

# Why somebody is left out
days-why-teacher = nobody teaches { $course } in { $place }
days-why-room = no room in { $place } has seats and devices for { $pupils }
days-why-taken = teachers and rooms are taken by groups with more pupils
days-why-slot = no slot was left that suits both and the other musts
days-why-change = no slot was left after the change
days-why-apart = they are never there at the same time
days-why-least = { $held } of { $least } meetings could be placed

"""
Partners over HTTP: the directory, needs and matches, ventures.

finding    which entries and ventures somebody may see and change
bodies     what requests carry and answers give
directory  the directory: lists, entries, import and export
joining    signed links, consent, deletion of persons
twins      entries that are likely one, merges
matching   needs of a plan, matches and their reasons, what is said to them
ventures   agreements, their events, reminders, the portfolio
endpoints  the table of all requests
"""

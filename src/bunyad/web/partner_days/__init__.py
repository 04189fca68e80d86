"""
Days of partners over HTTP: forums, exchanges, courses.

bodies     what requests carry and answers give
keeping    documents of the three and who may see or change them
forums     forums, their timetables, the day, papers
matching   exchanges
teaching   courses and certificates
endpoints  the table of all requests
"""

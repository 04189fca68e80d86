"""
The control room of a living village.

rooms      which villages there are, and who may see them
seeing     the village at a glance, its trends and the log of the shift, live
acting     alarms acknowledged and shelved, notes of the shift, commands
figuring   indicators, balances, plan against actual, the report
bodies     what requests and answers carry
endpoints  the rows of all requests
"""

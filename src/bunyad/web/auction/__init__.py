"""
Auctions over HTTP, in the order of an auction's life.

finding     which auctions somebody may see, and as whom they act
bodies      what requests carry and answers give
telling     an auction, its lots and its record as each reader may see them
listing     lists of auctions and lots, a lot
drafting    the agency drafts, invites the commission, publishes, amends
rooms       the data room, questions and answers
bidding     bidders apply, submit, withdraw; receipts
opening     seeds, shares, opening, clearing
awarding    awards, appeals, contracts, settlement
proving     record, tree heads, proofs, verification
publishing  open contracting data, figures, time lines, red flags
simulating  designs played with drawn bidders before the call
closing     closes by the clock
endpoints   the table of all requests
"""

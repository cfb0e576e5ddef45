"""What data each typology needs (typologies A4, "Tier").

1  the stream of transfers alone
2  also accounts, merchants or payroll
3  several institutions, or a long memory
"""

TIERS = {
    "TS-F01": "1", "TS-F02": "1", "TS-F03": "1-2", "TS-F04": "1", "TS-F05": "1", "TS-F06": "3", "TS-F07": "2", "TS-F08": "3",
    "TS-P01": "1", "TS-P02": "1", "TS-P03": "1", "TS-P04": "1-2", "TS-P05": "1-2", "TS-P06": "2", "TS-P07": "1",
    "TS-W01": "2", "TS-W02": "1", "TS-W03": "1", "TS-W04": "2", "TS-W05": "2",
    "TS-K01": "1", "TS-K02": "2", "TS-K03": "1", "TS-K04": "1", "TS-K05": "1",
    "TS-S01": "1", "TS-S02": "1", "TS-S03": "1", "TS-S04": "1", "TS-S05": "1",
}  # fmt: skip

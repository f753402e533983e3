"""Which columns of a wide frame are shown, question by question; the others are named below it."""

READ_FIRST: dict[str, list[str]] = {
    question: columns.split()
    for question, columns in {
        "rates": "name stream period cases rate lower upper reference_rate shrunk_rate outlier withheld",
        "trends": "name stream baseline_cases cases rate_ratio lower upper p marker withheld",
        "causes": "code label kind n_coded n_files share lower upper withheld",
        "causes_here": "code label n_coded n_files share lower upper rest_share ratio q over withheld",
        "overrepresented": "name stream code label n_coded n_files share rest_share ratio p q over",
        "conditions": "label stream part rate_ratio lower upper q supported withheld",
        "unsupported": "label stream part rate_ratio lower upper p q",
        "factor_profile": "name label unit period value reference quartile_low quartile_high verdict",
        "factors": "label stream support direction indicator share over_in between_ratio between_q "
        "within_ratio within_q",
        "quarantined": "table column value why",
        "card": "table file rows furniture set_aside empty equal taken quarantined kept",
    }.items()
}

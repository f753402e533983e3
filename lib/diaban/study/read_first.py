"""Which columns of a wide frame are shown, question by question; the others are named below it.

A column that ends in "?" is shown where the answer has it.
"""

READ_FIRST: dict[str, list[str]] = {
    question: columns.split()
    for question, columns in {
        "rates": "name stream period cases rate lower upper reference_rate shrunk_rate outlier withheld",
        "trends": "name stream baseline_cases cases rate_ratio lower upper p marker withheld",
        "causes": "stream code label kind n_coded n_files share lower upper",
        "causes_here": "code label n_coded n_files share lower upper rest_share ratio q over withheld",
        "overrepresented": "name stream code label n_coded n_files share rest_share ratio p q over",
        "conditions": "label stream part rate_ratio lower upper q supported withheld",
        "unsupported": "label stream part rate_ratio lower upper p q",
        "factor_profile": "name label unit period value reference peer? quartile_low quartile_high verdict",
        "factors": "label stream support direction indicator share over_in between_ratio between_q "
        "within_ratio within_q",
        "agreement": "unit code label n_files both first_only second_only agreement kappa alpha alpha_lower "
        "alpha_upper agreed withheld",
        "cause_groups": "name? stream label n_coded n_files share lower upper rest_share? ratio? q? over? "
        "withheld?",
        "causes_by": "stream name? period? age_band? label n_coded n_files share lower upper withheld",
        "event_chain": "name? stream step category n n_files share lower upper withheld",
        "event_lags": "name? stream lag n_files n_undated median lower upper upper_quartile withheld",
        "residuals": "stream moran expected p pairs answer moran_left p_left withheld",
        "coding_sensitivity": "name? stream kind code label n_coded unknown_files n_files share_lower "
        "share_upper rank_lower rank_upper could_lead withheld",
        "corrected_shares": "stream code label n_files n_double observed_share corrected_share lower upper "
        "withheld",
        "code_pairs": "stream label_a label_b n_both n_files lift lower upper p q supported withheld",
        "configurations": "outcome solution words n_files n_outcome base_share consistency lower upper "
        "coverage p holds withheld",
        "event_moments": "name? stream label n n_files share lower upper probability_first named withheld",
        "robustness": "stream label specifications same_sign_share significant_share loo_lower loo_upper "
        "permutation_p e_value e_value_limit robust reason",
        "specifications": "stream label specification n_controls lag exposure pooled rate_ratio lower upper "
        "p withheld",
        "importance": "stream label importance lower upper rank_lower rank_upper explained withheld",
        "excess": "stream label cases lower upper withheld",
        "what_if": "name stream label unit value to_value cases change lower upper withheld",
        "small_areas": "name inside? stream cases rate shrunk_rate shrunk_lower shrunk_upper "
        "probability_above rank_lower rank_upper spatial_rate spatial_lower spatial_upper withheld",
        "similar_places": "name rank neighbour_name distance withheld",
        "strength_rule": "when said",
        "tested_factors": "name stream side label part estimate lower upper q said reason",
        "priorities": "name stream code label prevalence excess strength changeable rank rank_lower "
        "rank_upper tied",
        "measure_priorities": "name stream measure_label lead evidence label rank rank_lower rank_upper tied",
        "quarantined": "table column value why",
        "card": "table file rows furniture set_aside empty equal taken quarantined kept",
    }.items()
}

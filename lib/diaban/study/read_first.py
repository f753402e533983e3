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
        "targets": "name stream target_label cases base_cases limit met attainment evidence chance_by_luck "
        "said would withheld",
        "targets_pooled": "name stream target_label base_cases cases change_per_year lower upper change "
        "attainment evidence withheld",
        "mid_year": "name stream target_label cases limit remaining expected lower upper probability said "
        "withheld",
        "share_targets": "name target_label successes n limit share lower upper met evidence said withheld",
        "fewest_targets": "name target_label count n share lower upper base_count base_n p evidence said "
        "withheld",
        "stages": "name stream stage_label n n_reports share lower upper n_waiting n_in_time n_due "
        "in_time_share withheld",
        "time_to_decision": "name stream kind_label limit_label days n_decided n_reports n_open share lower "
        "upper withheld",
        "days_to_decision": "name stream n_reports n_decided median lower upper withheld",
        "resolution": "name stream n_resolved n_due share lower upper met evidence n_not_due said withheld",
        "stopped": "name step_label reason_code_label n n_cases share lower upper expected outlier withheld",
        "relative_rates": "stream point_label role column group base n n_cases base_n base_cases ratio lower "
        "upper q differs withheld",
        "late_reports": "stream period counted share_counted expected_finally lower upper withheld",
        "chain_ladder": "stream period counted expected_finally standard_error lower upper nowcast_expected "
        "nowcast_lower nowcast_upper said withheld",
        "late_months": "stream seen reports expected later later_expected p q withheld",
        "same_age": "name stream days cases base_cases rate_ratio lower upper p base_cases_now naive_ratio "
        "withheld",
        "reading": "name stream base_cases cases rate_ratio lower upper direction label said withheld",
        "campaign_effects": "campaign stream treated controls before after control_before control_after "
        "ratio lower upper p placebo_p difference said withheld",
        "control_charts": "name stream every kind newest value centre lower upper signals last_signal said "
        "withheld",
        "change_points": "name stream every points change after earliest latest mean_before mean_after ratio "
        "p comparisons expected_false withheld",
        "alerts": "name stream period cases expected threshold p power withheld",
        "counting_units": "name stream period cases suspects child_victims other_victims both_roles persons "
        "persons_in_several_cases persons_counted_again cases_counted_again withheld",
        "repeat_shares": "name stream role repeat_persons persons share lower upper withheld",
        "repeat_rates": "name stream period events groups inflation rate lower upper independent_lower "
        "independent_upper withheld",
        "themes": "theme_label name stream cases whole_cases rate expected ratio ratio_lower ratio_upper q "
        "differs withheld",
        "theme_panels": "name panel_label category_label n n_files share lower upper reference_share q "
        "differs withheld",
        "quarantined": "table column value why",
        "card": "table file rows furniture set_aside empty equal taken quarantined kept",
    }.items()
}

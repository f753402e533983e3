"""Both sides together, asked through the facade."""

import pandas as pd
import pytest

from diaban.charts import Chart
from diaban.errors import DiabanError
from diaban.findings.strength import RULES
from diaban.withheld import Withheld


class TestTheRule:
    def test_it_is_the_one_that_is_applied(self, province):
        rule = province.strength_rule()
        assert list(zip(rule["rule"], rule["strength"], strict=True)) == list(RULES)
        assert rule["said"].iloc[0] == "●●● high"

    def test_it_is_said_in_both_languages(self, province, fresh):
        vietnamese = fresh("vi").strength_rule()
        assert vietnamese["said"].iloc[0] == "●●● cao"
        assert (vietnamese["when"] != province.strength_rule()["when"]).all()


class TestTested:
    def test_nothing_is_left_out(self, province):
        tested = province.tested_factors("child_abuse")
        codes = province.causes("child_abuse")["code"].nunique()
        assert tested.query("side == 'case'").groupby("locality").size().tolist() == [codes] * 11
        whole = tested[tested["locality"].isna()]
        assert len(whole) == len(province.conditions("child_abuse"))
        assert set(whole["name"]) == {"all localities"}

    def test_findings_on_files_are_the_over_represented_codes(self, province):
        found = province.tested_factors(side="case").query("is_finding")
        sure = province.overrepresented()
        assert set(zip(found["locality"], found["factor"], strict=True)) <= set(
            zip(sure["locality"], sure["code"], strict=True)
        )

    def test_one_locality_is_shown_with_the_whole(self, province):
        tested = province.tested_factors("child_abuse", "bu dang")
        assert set(tested["locality"].dropna()) == {"696"}
        assert tested["locality"].isna().any()
        assert tested[["label", "said"]].notna().all(axis=None)

    def test_an_unknown_side_is_answered_with_the_known_ones(self, province):
        with pytest.raises(DiabanError, match="case, area"):
            province.tested_factors(side="files")

    def test_one_side_alone_is_enough(self, fresh):
        no_files = fresh(case_factors=None, coder_agreement=None)
        assert set(no_files.tested_factors()["side"]) == {"area"}
        no_figures = fresh(area_factors=None, area_robustness=None, factor_profile=None)
        assert set(no_figures.tested_factors()["side"]) == {"case"}
        neither = fresh(case_factors=None, area_factors=None)
        assert isinstance(neither.tested_factors(), Withheld)


class TestPriorities:
    def test_ranks_lie_in_their_intervals_and_start_at_one(self, province):
        order = province.priorities()
        assert ((order["rank_lower"] <= order["rank"]) & (order["rank"] <= order["rank_upper"])).all()
        assert (order.groupby(["stream", "locality"])["rank"].min() == 1).all()
        assert order["label"].notna().all()

    def test_the_planted_over_representation_comes_first(self, province):
        sure = province.overrepresented().iloc[0]
        order = province.priorities(sure["stream"], sure["locality"])
        assert order["code"].iloc[0] == sure["code"]

    def test_the_chart_has_the_first_of_one_locality(self, province):
        chart = province.priorities_chart("child_abuse", "bu dang")
        assert isinstance(chart, Chart)
        order = province.priorities("child_abuse", "bu dang")["code"].head(15)
        assert set(chart.table["code"]) == set(order)

    def test_a_measure_stands_where_the_best_code_that_it_acts_on_stands(self, province):
        measures = province.measure_priorities("child_abuse", "bu dang")
        acts_on = province._measures.set_index("measure")["codes"]
        assert all(row.code in acts_on[row.measure] for row in measures.itertuples())
        assert measures[["measure_label", "lead", "evidence"]].notna().all(axis=None)
        score = province.priorities("child_abuse", "bu dang").set_index("code")["score"]
        assert score[measures["code"]].is_monotonic_decreasing

    @pytest.mark.parametrize("question", ["priorities", "priorities_chart", "measure_priorities"])
    def test_too_few_files_have_no_order(self, province, question):
        assert "Too few case files" in str(getattr(province, question)("child_abuse", "phuoc long"))

    def test_measures_need_a_catalogue(self, fresh):
        study = fresh()
        study.__dict__["_measures"] = pd.DataFrame(columns=["measure", "codes", "evidence"])
        assert "measures" in str(study.measure_priorities())

    @pytest.mark.parametrize("question", ["priorities", "priorities_chart", "measure_priorities"])
    def test_they_need_files(self, fresh, question):
        assert "no case files" in str(getattr(fresh(case_factors=None), question)())

"""Every template of findings and pages, and every word of the catalogues, against the banned list."""

import csv
import re
from pathlib import Path

import pytest
from banned_words import BANNED, banned, begins_with_a_person

from diaban.findings.words import sentences
from diaban.release.pages.fragment import texts

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
CATCHES = {
    "vi": {
        "causal verb": [
            "Hộ nghèo gây ra xâm hại trẻ em.",
            "Di cư dẫn đến nhiều vụ hơn.",
            "Thiếu chiếu sáng khiến số vụ tăng.",
            "Nguyên nhân là do gia đình nghèo.",
            "Nguyên nhân chủ yếu là rượu bia.",
            "Số vụ tăng là do thiếu quản lý.",
            "Hành vi bắt nguồn từ gia đình.",
        ],
        "stigma": ["Huyện là điểm đen.", "Xã là điểm nóng.", "Một ổ nhóm.", "Vùng tội phạm.", "Tụ điểm."],
        "blame": [
            "Đây là lỗi của nạn nhân.",
            "Vụ việc do nạn nhân đi một mình.",
            "Nạn nhân tự đi theo người lạ.",
            "Trẻ chủ động kết bạn.",
            "Cha mẹ buông lỏng quản lý con cái.",
            "Người dân có ý thức kém.",
            "Do gia đình thiếu quan tâm.",
        ],
        "boast": ["Huyện đã hoàn thành xuất sắc nhiệm vụ.", "Huyện vượt chỉ tiêu.", "Đã đẩy lùi tội phạm."],
    },
    "en": {
        "causal verb": [
            "Poverty causes child abuse.",
            "These conditions cause more cases.",
            "It is caused by a lack of lighting.",
            "Cases rose because of migration.",
            "Alcohol leads to violence.",
            "More outlets result in more cases.",
            "The rise is due to migration.",
            "This is what poverty causes.",
        ],
        "stigma": ["The district is a hot spot.", "A black spot.", "A hotbed of crime.", "Problem places."],
        "blame": [
            "It was the child's fault.",
            "Parents are to blame.",
            "The victim provoked the suspect.",
            "Carelessness of families stands out.",
        ],
        "boast": ["An excellent year.", "Crime was stamped out."],
    },
}  # fmt: skip
PASSES = {
    "vi": [
        "Nguyên nhân, điều kiện ở {place} chưa khác mức chung.",
        "Khác biệt này có thể là do biến động ngẫu nhiên.",
        "Chỉ số này thường đi cùng với nhiều vụ hơn.",
        "Nguyên nhân: yếu tố thúc đẩy hành vi.",
        "Có lỗi trong {rows} dòng.",
        "Một số ô giữ kín.",
    ],
    "en": [
        "No cause or condition is clearly more frequent.",
        "Causes and conditions stand out here.",
        "The difference may be due to chance.",
        "These causes and conditions were coded most often.",
        "{quarantined} rows were set aside as faulty.",
        "Cause: a factor that drives the act.",
    ],
}  # fmt: skip
LANGUAGES = ("vi", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_is_seen_to_catch(language):
    """Each wrong sentence breaks its rule, and each pattern of a rule catches at least one of them."""
    assert set(CATCHES[language]) == set(BANNED[language])
    for rule, wrong in CATCHES[language].items():
        assert [text for text in wrong if rule not in {found for found, _ in banned(text, language)}] == []
        for pattern in BANNED[language][rule]:
            assert any(re.search(pattern, text, re.IGNORECASE) for text in wrong), pattern


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_sentences_pass(language):
    assert [(text, banned(text, language)) for text in PASSES[language] if banned(text, language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_a_finding_is_banned(language):
    wrong = [
        (group, key, hits)
        for group, entries in sentences(language).items()
        for key, text in entries.items()
        if (hits := banned(text, language))
    ]
    assert wrong == []


def leaves(tree, path=()):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_a_page_is_banned(language):
    wrong = [(key, hits) for key, text in leaves(texts(language)) if (hits := banned(text, language))]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name",
    [
        "cause_codes",
        "measures",
        "domains",
        "cost_classes",
        "inspire_strategies",
        "codes_without_measure",
        "special_groups",
    ],
)
def test_no_text_of_a_catalogue_is_banned(name, language):
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    columns = [column for column in rows[0] if column.endswith(f"_{language}")]
    assert columns
    wrong = [
        (column, row[column], hits)
        for row in rows
        for column in columns
        if (hits := banned(row[column], language))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_subject_of_a_claim_is_never_a_person(language):
    wrong = {
        "vi": ["Trẻ ở {place} thường đi một mình.", "Gia đình ở {place} ít quan tâm.", "Nạn nhân là nữ."],
        "en": ["Children in {place} are left alone.", "The families here are poor.", "Some parents drink."],
    }  # fmt: skip
    assert [text for text in wrong[language] if not begins_with_a_person(text, language)] == []
    claims = sentences(language)["claim"].values()
    assert [text for text in claims if begins_with_a_person(text, language)] == []

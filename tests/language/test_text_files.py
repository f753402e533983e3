"""The texts of both languages: the same keys and fields, the words of vietnamese.md, clean Unicode."""

import re
import string
import tomllib
import unicodedata

import pytest
from text_files import BANNED, CATALOGUES, LIBRARY, PAIRS, TECHNICAL, all_texts, read


def fields(template):
    """Names of the placeholders; those that bring a text of the language itself end in its name."""
    names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    return sorted(re.sub(r"_(vi|en)$", "", name) for name in names)


@pytest.mark.parametrize("name", list(PAIRS))
def test_both_files_have_the_same_groups_keys_and_fields(name):
    vi, en = (read(PAIRS[name] / f"{language}.toml") for language in ("vi", "en"))
    assert list(vi) == list(en), "keys, in the same order"
    assert {key: fields(text) for key, text in vi.items()} == {key: fields(text) for key, text in en.items()}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_entry_of_a_catalogue_is_in_both_languages(path):
    entries = {}
    for (*key, form), text in read(path).items():
        kind, _, language = form.rpartition("_")
        assert language in ("vi", "en"), (path.name, key, form)
        entries.setdefault((*key, kind), {})[language] = text
    assert entries
    for key, texts in entries.items():
        assert set(texts) == {"vi", "en"}, key
        assert fields(texts["vi"]) == fields(texts["en"]), key


def test_a_key_of_an_error_stands_in_one_catalogue_only():
    keys = [
        key
        for path in sorted((LIBRARY / "language" / "errors").glob("*.toml"))
        for key in tomllib.loads(path.read_text("utf-8"))
    ]
    assert sorted(keys) == sorted(set(keys))


def test_every_error_that_is_raised_has_its_words():
    known = {
        key
        for path in (LIBRARY / "language" / "errors").glob("*.toml")
        for key in tomllib.loads(path.read_text("utf-8"))
    }
    source = "\n".join(path.read_text("utf-8") for path in sorted(LIBRARY.rglob("*.py")))
    raised = set(re.findall(r"DiabanError\(\s*\"(\w+)\"", source))
    assert len(raised) > 40
    assert raised - known == set()


def test_all_text_is_clean():
    """Composed Unicode, no double or outer spaces, no typewriter quotes around words."""
    for where, _, text in all_texts():
        assert unicodedata.is_normalized("NFC", text), where
        assert "  " not in text.replace("\n", " ").strip() or where.startswith(("check", "study")), where
        assert text == text.strip() or "\n" in text, where


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_text_carries_a_banned_word(language):
    found = [
        (w, m.group()) for w, lang, t in all_texts() if lang == language and (m := BANNED[language].search(t))
    ]
    assert found == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_findings_are_free_of_statistics_jargon(language):
    """Only the rule, printed among the methods, may name them."""
    texts = read(PAIRS["sentences"] / f"{language}.toml")
    found = [
        (key, text) for key, text in texts.items() if key[0] != "rule" and TECHNICAL[language].search(text)
    ]
    assert found == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pages_keep_statistics_jargon_to_the_methods(language):
    texts = read(PAIRS["pages"] / f"{language}.toml")
    found = [
        (key, text) for key, text in texts.items() if key[0] != "methods" and TECHNICAL[language].search(text)
    ]
    assert found == []


def test_terms_of_the_vietnamese_pages():
    """One word for one thing (vietnamese.md, "Terms")."""
    pages, words = (read(PAIRS[name] / "vi.toml") for name in ("pages", "sentences"))
    everything = "\n".join([*pages.values(), *words.values()])
    terms = "nhiều khả năng từ|mức chung của|được ghi nhận ở|phần còn lại của|Mức độ chắc chắn"
    terms += "|Cách giải thích khác|Tỷ suất|không công bố|Dữ liệu mô phỏng"
    assert [term for term in terms.split("|") if term not in everything] == []
    assert not re.search(r"tỉ suất|tỉ lệ|địa phương này|khu vực này", everything, re.IGNORECASE)
    strengths = [text for key, text in words.items() if key[0] == "strength"]
    assert strengths == ["cao", "vừa", "thấp", "chưa đủ cơ sở"]

// SPDX-License-Identifier: Apache-2.0
// The rules, asked of documents that are made without XML.
#include "consumer/invoice/en16931.hpp"

#include <functional>
#include <string>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

Amount amount(const std::string& text) {
    Amount result;
    result.present = true;
    (void)Decimal::parse(text, result.value);
    return result;
}

AllowanceCharge allowance(const std::string& text) {
    return {AllowanceCharge::Kind::Allowance, amount(text)};
}

AllowanceCharge charge(const std::string& text) {
    return {AllowanceCharge::Kind::Charge, amount(text)};
}

// 100.00 in two lines, less 10.00, plus 5.00, 19 % and 0 %, 20.00 prepaid: all rules hold.
UblDocument sound() {
    UblDocument document;
    document.has_currency = true;
    document.currency = "EUR";
    document.lines = {amount("60.00"), amount("40.00")};
    document.allowance_charges = {allowance("10.00"), charge("5.00")};
    MonetaryTotal total;
    total.line_extension = amount("100.00");
    total.allowance_total = amount("10.00");
    total.charge_total = amount("5.00");
    total.tax_exclusive = amount("95.00");
    total.tax_inclusive = amount("104.50");
    total.prepaid = amount("20.00");
    total.payable = amount("84.50");
    document.totals = {total};
    document.tax_totals = {{true, amount("9.50"), "EUR", 0, 2}};
    document.tax_subtotals = {{amount("50.00"), amount("9.50"), amount("19")},
                              {amount("45.00"), amount("0.00"), amount("0")}};
    return document;
}

using Change = std::function<void(UblDocument&, MonetaryTotal&)>;

std::string violated_after(const Change& change) {
    UblDocument document = sound();
    change(document, document.totals.front());
    return check_en16931(document).text();
}

}  // namespace

TEST_CASE("a sound document violates no rule", "[en16931]") {
    CHECK(check_en16931(sound()).empty());
    CHECK(check_en16931(sound()).text().empty());
}

TEST_CASE("a set of rules is told in order, each once", "[en16931]") {
    RuleSet rules;
    rules.add(17);
    rules.add(10);
    rules.add(13);
    rules.add(10);
    CHECK(rules.text() == "BR-CO-10 BR-CO-13 BR-CO-17");
    CHECK(rules.contains(13));
    CHECK_FALSE(rules.contains(12));
}

TEST_CASE("one wrong number violates the rules that it takes part in, and no other", "[en16931]") {
    struct Case {
        const char* violated;
        Change change;
    };
    const auto c =
        GENERATE(Case{"BR-CO-10", [](auto& d, auto&) { d.lines[0] = amount("60.01"); }},
                 Case{"BR-CO-10", [](auto& d, auto&) { d.lines.clear(); }},
                 Case{"BR-CO-10", [](auto& d, auto&) { d.lines[1] = amount("abc"); }},
                 Case{"BR-CO-11", [](auto& d, auto&) { d.allowance_charges[0] = allowance("9.99"); }},
                 Case{"BR-CO-11", [](auto& d, auto&) { d.allowance_charges.push_back(allowance("1")); }},
                 Case{"BR-CO-12", [](auto& d, auto&) { d.allowance_charges[1] = charge("5.01"); }},
                 Case{"BR-CO-12", [](auto& d, auto&) { d.allowance_charges.pop_back(); }},
                 Case{"BR-CO-13 BR-CO-15", [](auto&, auto& t) { t.tax_exclusive = amount("95.01"); }},
                 Case{"BR-CO-14 BR-CO-15", [](auto& d, auto&) { d.tax_totals[0].tax = amount("9.51"); }},
                 Case{"BR-CO-15 BR-CO-16", [](auto&, auto& t) { t.tax_inclusive = amount("104.51"); }},
                 Case{"BR-CO-16", [](auto&, auto& t) { t.payable = amount("84.51"); }},
                 Case{"BR-CO-16", [](auto&, auto& t) { t.prepaid = amount("1,00"); }},
                 Case{"BR-CO-14 BR-CO-17", [](auto& d, auto&) { d.tax_subtotals[0].tax = amount("10.50"); }},
                 Case{"BR-CO-17", [](auto& d, auto&) { d.tax_subtotals[0].taxable = Amount(); }},
                 Case{"BR-CO-14 BR-CO-17", [](auto& d, auto&) { d.tax_subtotals[1].tax = amount("x"); }});
    CAPTURE(c.violated);
    CHECK(violated_after(c.change) == c.violated);
}

TEST_CASE("a comparison with a missing total does not hold", "[en16931]") {
    CHECK(violated_after([](auto&, auto& t) { t = MonetaryTotal(); }) ==
          "BR-CO-10 BR-CO-11 BR-CO-12 BR-CO-13 BR-CO-15 BR-CO-16");
    CHECK(violated_after([](auto&, auto& t) { t.line_extension = Amount(); }) == "BR-CO-10 BR-CO-13");
    CHECK(violated_after([](auto&, auto& t) { t.tax_exclusive = Amount(); }) == "BR-CO-13 BR-CO-15");
    CHECK(violated_after([](auto&, auto& t) { t.tax_inclusive = Amount(); }) == "BR-CO-15 BR-CO-16");
    CHECK(violated_after([](auto&, auto& t) { t.payable = Amount(); }) == "BR-CO-16");
    CHECK(violated_after([](auto& d, auto&) { d.tax_totals[0].tax = Amount(); }) == "BR-CO-14 BR-CO-15");
}

TEST_CASE("allowances and charges may be absent together with their totals", "[en16931]") {
    const auto without = [](UblDocument& d, MonetaryTotal& t) {
        d.allowance_charges.clear();
        t.allowance_total = Amount();
        t.charge_total = Amount();
        d.lines = {amount("95")};
        t.line_extension = amount("95");
    };
    CHECK(violated_after(without).empty());
    // A total of nothing that says zero is right as well; one that says more is not.
    CHECK(violated_after([&](auto& d, auto& t) {
              without(d, t);
              t.allowance_total = amount("0.00");
              t.charge_total = amount("0");
          }).empty());
    CHECK(violated_after([&](auto& d, auto& t) {
              without(d, t);
              d.allowance_charges = {allowance("0.00"), charge("0.00")};
          }) == "BR-CO-11 BR-CO-12");
    // An indicator that was not given makes it neither an allowance nor a charge.
    CHECK(violated_after([&](auto& d, auto& t) {
              without(d, t);
              d.allowance_charges = {{AllowanceCharge::Kind::Unknown, amount("7")}};
          }).empty());
}

TEST_CASE("sums are rounded once, half a cent upwards", "[en16931]") {
    const auto lines = [](const char* first, const char* second, const char* total) {
        return violated_after([&](auto& d, auto& t) {
            d.lines = {amount(first), amount(second)};
            t.line_extension = amount(total);
            t.tax_exclusive = Amount(round2(t.line_extension.value - Decimal(5, 0)));
            d.has_currency = false;
        });
    };
    CHECK(lines("33.3325", "33.3325", "66.67").empty());
    CHECK(lines("33.3325", "33.3325", "66.66") == "BR-CO-10");
    CHECK(lines("33.33249", "33.3325", "66.66").empty());
    CHECK(lines("-33.3325", "-33.3325", "-66.66").empty());
    CHECK(lines("-33.3325", "-33.3325", "-66.67") == "BR-CO-10");
    // The total itself is not rounded.
    CHECK(lines("33.3325", "33.3325", "66.665") == "BR-CO-10");
}

TEST_CASE("payable rounding is taken off before comparing", "[en16931]") {
    CHECK(violated_after([](auto&, auto& t) {
              t.payable_rounding = amount("-0.01");
              t.payable = amount("84.49");
          }).empty());
    CHECK(violated_after([](auto&, auto& t) { t.payable_rounding = amount("0.01"); }) == "BR-CO-16");
    CHECK(violated_after([](auto&, auto& t) {
              t.prepaid = Amount();
              t.payable = amount("104.5");
          }).empty());
}

TEST_CASE("a tax total without subtotals needs no sum", "[en16931]") {
    CHECK(violated_after([](auto& d, auto&) { d.tax_totals[0].subtotal_count = 0; }).empty());
}

TEST_CASE("exactly one tax amount must be in the document's currency", "[en16931]") {
    CHECK(violated_after([](auto& d, auto&) {
              d.tax_totals.push_back({true, amount("8"), "GBP", 2, 0});
          }).empty());
    CHECK(violated_after([](auto& d, auto&) {
              d.tax_totals.push_back({true, amount("9.5"), "EUR", 2, 0});
          }) == "BR-CO-15");
    CHECK(violated_after([](auto& d, auto&) {
              d.tax_totals.push_back({false, amount("9.5"), "EUR", 2, 0});
          }).empty());
    CHECK(violated_after([](auto& d, auto&) { d.tax_totals[0].currency = "USD"; }) == "BR-CO-15");
    CHECK(violated_after([](auto& d, auto&) { d.tax_totals[0].currency = "eur"; }) == "BR-CO-15");
    CHECK(violated_after([](auto& d, auto&) { d.tax_totals[0].own = false; }) == "BR-CO-15");
    // Without a currency there is nothing to ask.
    CHECK(violated_after([](auto& d, auto& t) {
              d.has_currency = false;
              t.tax_inclusive = amount("1");
              t.payable = amount("-19");
          }).empty());
}

TEST_CASE("tax may be less than one unit off the percentage", "[en16931]") {
    const auto tax = [](const char* taxable, const char* percent, const char* amount_text) {
        return violated_after([&](auto& d, auto&) {
            d.tax_subtotals[1] = {amount(taxable), amount(amount_text), amount(percent)};
            d.tax_totals[0].subtotal_count = 1;  // BR-CO-14 is not what is asked here
        });
    };
    CHECK(tax("100", "19", "19").empty());
    CHECK(tax("100", "19", "19.99").empty());
    CHECK(tax("100", "19", "18.01").empty());
    CHECK(tax("100", "19", "20") == "BR-CO-17");
    CHECK(tax("100", "19", "18") == "BR-CO-17");
    CHECK(tax("-100", "19", "-19").empty());
    CHECK(tax("-100", "19", "19").empty());  // the rule compares absolute values
    CHECK(tax("-100", "19", "-20") == "BR-CO-17");
    // Rounded to cents before it is compared: 0.995 is 1.00, and 1.00 is not less than 1.
    CHECK(tax("19.90", "5", "0") == "BR-CO-17");
    CHECK(tax("19.89", "5", "0").empty());
}

TEST_CASE("without a percentage, or with one that rounds to zero, the tax must round to zero", "[en16931]") {
    const auto tax = [](const Amount& percent, const char* amount_text) {
        return violated_after([&](auto& d, auto&) {
            d.tax_subtotals[1] = {amount("1000"), amount(amount_text), percent};
            d.tax_totals[0].subtotal_count = 1;
        });
    };
    CHECK(tax(Amount(), "0").empty());
    CHECK(tax(Amount(), "0.49").empty());
    CHECK(tax(Amount(), "-0.5").empty());
    CHECK(tax(Amount(), "0.50") == "BR-CO-17");
    CHECK(tax(Amount(), "5") == "BR-CO-17");
    CHECK(tax(amount("0.00"), "0").empty());
    CHECK(tax(amount("0.4"), "4.00") == "BR-CO-17");
    CHECK(tax(amount("0.4"), "0").empty());
    CHECK(tax(amount("0.5"), "5").empty());
    CHECK(tax(amount("zero"), "0") == "BR-CO-17");
}

TEST_CASE("every monetary total, tax total and subtotal is asked, wherever a rule wants them", "[en16931]") {
    // A second monetary total is judged like the first, and BR-CO-15 cannot say which one counts.
    CHECK(violated_after([](auto& d, auto&) {
              MonetaryTotal wrong = d.totals[0];
              wrong.payable = amount("1");
              d.totals.push_back(wrong);
          }) == "BR-CO-15 BR-CO-16");
    CHECK(violated_after([](auto& d, auto&) {
              d.tax_totals.push_back({true, amount("1"), "GBP", 2, 1});
              d.tax_subtotals.push_back({amount("100"), amount("19"), amount("19")});
          }) == "BR-CO-14");
    // A line's tax total need not add up, but its percentage must be right.
    const auto of_line = [](const char* tax) {
        return violated_after([&](auto& d, auto&) {
            d.tax_totals.push_back({false, amount("1"), "EUR", 2, 1});
            d.tax_subtotals.push_back({amount("100"), amount(tax), amount("19")});
        });
    };
    CHECK(of_line("19").empty());
    CHECK(of_line("21") == "BR-CO-17");
}

TEST_CASE("a document without a monetary total is asked what is left to ask", "[en16931]") {
    CHECK(violated_after([](auto& d, auto&) { d.totals.clear(); }) == "BR-CO-15");
    CHECK(check_en16931(UblDocument()).empty());
}

TEST_CASE("a sum beyond all numbers is a violation", "[en16931]") {
    const std::string huge = std::string(16, '9') + '.' + std::string(20, '9');
    CHECK(violated_after([&](auto& d, auto&) { d.lines.assign(500, amount(huge)); }) == "BR-CO-10");
}

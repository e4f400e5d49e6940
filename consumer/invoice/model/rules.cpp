// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/model/rules.hpp"

#include <fmt/format.h>

#include <utility>

#include "common/text/clean_text.hpp"

namespace pipeline {
namespace {

std::string text_of(const Amount& amount) {
    return amount.present ? amount.value.text() : "none";
}

// Checks one invoice. Both syntaxes have the same terms and, for the most part, the same rules.
class Check {
  public:
    explicit Check(const Model& model) noexcept
        : model_(model), totals_(model.totals), is_ubl_(model.syntax == Syntax::Ubl) {}

    std::vector<Violation> violations() && {
        if (model_.totals_count > 0) check_totals();
        check_tax_totals();
        check_gross();
        if (model_.totals_count > 0) check_payable();
        check_breakdowns();
        return std::move(violations_);
    }

  private:
    void add(int rule, std::string location, std::string found, std::string expected, std::string text) {
        violations_.push_back(
            {rule, std::move(location), std::move(found), std::move(expected), std::move(text)});
    }
    [[nodiscard]] std::string in_totals(std::string_view ubl, std::string_view cii) const {
        return is_ubl_ ? fmt::format("/{}/LegalMonetaryTotal/{}", model_.root, ubl)
                       : fmt::format(
                             "/{}/SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/"
                             "SpecifiedTradeSettlementHeaderMonetarySummation/{}",
                             model_.root, cii);
    }

    void check_totals() {
        if (const Decimal expected = round2(model_.line_sum); totals_.lines.value != expected) {
            add(10, in_totals("LineExtensionAmount", "LineTotalAmount"), text_of(totals_.lines),
                expected.text(),
                fmt::format("line total {}, expected {}, the sum of the lines", text_of(totals_.lines),
                            expected.text()));
        }
        check_sum(11, totals_.allowances, model_.allowance_sum, "allowance", "AllowanceTotalAmount");
        check_sum(12, totals_.charges, model_.charge_sum, "charge", "ChargeTotalAmount");
        check_net();
    }

    // The total is the rounded sum (an absent sum counts as zero), or both are absent.
    void check_sum(int rule, const Amount& total, const Amount& sum, std::string_view what,
                   std::string_view element) {
        const Decimal expected = round2(sum.or_zero());
        if (total.value == expected || (!total.present && !sum.present)) return;
        add(rule, in_totals(element, element), text_of(total), expected.text(),
            fmt::format("{} total {}, expected {}, the sum of the document's {}s", what, text_of(total),
                        expected.text(), what));
    }

    // UBL's artefact rounds only where there is an allowance or a charge, CII's always.
    void check_net() {
        const Amount& allowances = totals_.allowances;
        const Amount& charges = totals_.charges;
        Decimal expected = totals_.lines.value - allowances.or_zero() + charges.or_zero();
        if (!is_ubl_ || allowances.present || charges.present) expected = round2(expected);
        if (totals_.without_tax.value == expected) return;
        std::string sum = text_of(totals_.lines);
        if (allowances.present) sum += fmt::format(" - {} allowances", text_of(allowances));
        if (charges.present) sum += fmt::format(" + {} charges", text_of(charges));
        add(13, in_totals("TaxExclusiveAmount", "TaxBasisTotalAmount"), text_of(totals_.without_tax),
            expected.text(),
            fmt::format("net {}, expected {}{}", text_of(totals_.without_tax), sum, equals(sum, expected)));
    }

    // Returns " = EXPECTED", unless the sum says so already.
    static std::string equals(const std::string& sum, const Decimal& expected) {
        return sum == expected.text() ? "" : " = " + expected.text();
    }

    // UBL: each total against its own breakdown, if there is one. CII: the total in the document's currency
    // against the whole breakdown, even an empty one.
    void check_tax_totals() {
        std::size_t shown = 0;
        for (const TaxTotal& total : model_.tax_totals) {
            if (is_ubl_ ? !total.breakdown.present
                        : total.currency != model_.currency || !model_.has_currency)
                continue;
            const Decimal expected = round2(total.breakdown.or_zero());
            if (total.tax.value == expected || shown++ == Model::kMaxShown) continue;
            add(14,
                is_ubl_ ? fmt::format("/{}/TaxTotal/TaxAmount", model_.root)
                        : in_totals("", "TaxTotalAmount"),
                text_of(total.tax), expected.text(),
                fmt::format("tax {}, expected {}, the sum of its breakdown", text_of(total.tax),
                            expected.text()));
        }
    }

    // Asked only if there is a currency. CII's artefact lets the gross equal the net as well.
    void check_gross() {
        if (!model_.has_currency) return;
        const Model::InCurrency tax = model_.tax_in_currency();
        const std::string found = text_of(totals_.with_tax);
        const std::string location = in_totals("TaxInclusiveAmount", "GrandTotalAmount");
        if (!is_ubl_ && totals_.with_tax.value == totals_.without_tax.value) return;
        if (tax.count != 1) {
            add(15, location, found, "none",
                fmt::format("gross {}, but {} amount of tax in {}", found,
                            tax.count == 0 ? "no" : "more than one", quoted(model_.currency)));
            return;
        }
        const Decimal expected = round2(totals_.without_tax.value + tax.first->tax.value);
        if (model_.totals_count == 1 && totals_.with_tax.value == expected) return;
        add(15, location, found, expected.text(),
            fmt::format("gross {}, expected {} + {} tax = {}", found, text_of(totals_.without_tax),
                        text_of(tax.first->tax), expected.text()));
    }

    // UBL's artefact rounds the right side only if something is prepaid, and the left side only if there is a
    // rounding amount. CII's never rounds.
    void check_payable() {
        const Amount& prepaid = totals_.prepaid;
        const Amount& rounding = totals_.rounding;
        Decimal right = totals_.with_tax.value - prepaid.or_zero();
        Decimal left = totals_.payable.value - rounding.or_zero();
        if (is_ubl_ && prepaid.present) right = round2(right);
        if (is_ubl_ && rounding.present) left = round2(left);
        if (left == right) return;
        const Decimal expected = right + rounding.or_zero();
        std::string sum = text_of(totals_.with_tax);
        if (prepaid.present) sum += fmt::format(" - {} prepaid", text_of(prepaid));
        if (rounding.present) sum += fmt::format(" + {} rounding", text_of(rounding));
        const std::string found = text_of(totals_.payable);
        add(16, in_totals("PayableAmount", "DuePayableAmount"), found, expected.text(),
            fmt::format("due {}, expected {}{}", found, sum, equals(sum, expected)));
    }

    void check_breakdowns() {
        for (const TaxBreakdown& breakdown : model_.first_wrong) {
            const bool is_free = !breakdown.percent.present || breakdown.percent.value.round(0) == Decimal();
            const std::string location =
                is_ubl_ ? "//TaxTotal/TaxSubtotal/TaxAmount"
                        : fmt::format(
                              "/{}/SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/"
                              "ApplicableTradeTax/CalculatedAmount",
                              model_.root);
            const std::string found = text_of(breakdown.tax);
            const std::string expected = is_free ? "0.00" : breakdown.expected_tax().text();
            std::string sum =
                fmt::format("{} % of {}", text_of(breakdown.percent), text_of(breakdown.taxable));
            if (!breakdown.percent.present) sum = "no rate of VAT";
            add(17, location, found, expected,
                fmt::format("tax {}, expected {} for {}", found, expected, sum));
        }
    }

    const Model& model_;
    const DocumentTotals& totals_;
    bool is_ubl_;
    std::vector<Violation> violations_;
};

}  // namespace

std::vector<Violation> check_rules(const Model& model) {
    return Check(model).violations();
}

std::string ids_of(const std::vector<Violation>& violations) {
    std::string ids;
    int last = 0;
    for (const Violation& violation : violations) {
        if (violation.rule == last) continue;
        last = violation.rule;
        if (!ids.empty()) ids += ' ';
        ids += violation.id();
    }
    return ids;
}

}  // namespace pipeline

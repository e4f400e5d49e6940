// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/verdict.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/core/terms/currency.hpp"
#include "consumer/invoice/model/rules.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kNotANumber = "NaN";

void set_amount(Details& details, Details::Amount which, const Amount& amount) noexcept {
    const int digits = minor_digits(details.currency_text());
    if (const auto units = amount.value.count_of(digits)) details.set_amount(which, *units);
}

void set_details(const Model& model, Details& details) {
    details.clear();
    details.set_supplier(model.seller_name());
    details.set_currency(model.currency);
    set_amount(details, Details::Net, model.totals.without_tax);
    set_amount(details, Details::Gross, model.totals.with_tax);
    set_amount(details, Details::Due, model.totals.payable);
    if (const Model::InCurrency tax = model.tax_in_currency(); tax.count == 1)
        set_amount(details, Details::Tax, tax.first->tax);
}

void set_terms(const Model& model, InvoiceTerms& terms) {
    terms.set(Term::Kind, model.kind);
    terms.set(Term::Number, model.number);
    terms.set(Term::IssuedOn, model.issued_on);
    terms.set(Term::DueOn, model.due_on);
    terms.set(Term::SupplierId, model.seller_id());
    terms.set(Term::Buyer, model.buyer_name());
}

void append(std::string& text, std::string_view separator, std::string_view more) {
    if (more.empty()) return;
    if (!text.empty()) text += separator;
    text += more;
}

std::string reason_of(const Model& model, const std::vector<Violation>& violations) {
    std::string what = model.problem.describe();
    for (const Violation& violation : violations) {
        // A comparison with a value that is no number says less than the problem that tells of the value.
        const bool has_figures = violation.found != kNotANumber && violation.expected != kNotANumber;
        if (has_figures) append(what, "; ", violation.text);
    }
    if (model.wrong_breakdowns > model.first_wrong.size())
        append(what, "; ", fmt::format("{} more", model.wrong_breakdowns - model.first_wrong.size()));
    std::string reason = ids_of(violations);
    append(reason, ": ", what);
    return reason;
}

std::string json_of(const Model& model, const std::vector<Violation>& violations) {
    using Json = nlohmann::ordered_json;
    Json json;
    json["rules"] = Json::array();
    for (const Violation& violation : violations) {
        json["rules"].push_back({{"rule", violation.id()},
                                 {"location", violation.location},
                                 {"expected", violation.expected},
                                 {"found", violation.found}});
    }
    if (const std::string problem = model.problem.describe(); !problem.empty()) json["problem"] = problem;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void judge(const Model& model, Result& result, InvoiceTerms& terms) {
    result.set(Status::Booked);
    result.has_details = true;
    set_details(model, result.details);
    set_terms(model, terms);
    const std::vector<Violation> violations = check_rules(model);
    if (violations.empty() && model.problem.kind == Problem::Kind::None) return;
    result.status = Status::Rejected;
    result.details.set_reason(reason_of(model, violations));
    terms.result = json_of(model, violations);
}

}  // namespace pipeline

// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/syntax/ubl_reader.hpp"

#include <algorithm>
#include <array>

#include "common/core/terms/credit_note.hpp"
#include "consumer/invoice/syntax/ubl_steps.hpp"

namespace pipeline {

using namespace ubl;  // NOLINT: its names are those of the states

namespace {

// The state of an element that no step leads to.
SyntaxReader::State other_state(const XmlElement& element) noexcept {
    switch (element.space) {
        case Space::Basic:
            return SyntaxReader::kOpaque;
        case Space::Extension:
            return element.local == "UBLExtensions" ? SyntaxReader::kOpaque : SyntaxReader::State{kElsewhere};
        case Space::Aggregate:
            if (element.local == "InvoiceLine" || element.local == "CreditNoteLine") return kLine;
            return element.local == "TaxTotal" ? kOtherTaxTotal : kElsewhere;
        default:
            return kElsewhere;
    }
}

}  // namespace

void UblReader::begin(Model& model) {
    model_ = &model;
    lines_.clear();
    subtotals_.clear();
    credit_due_on_.clear();
}

bool UblReader::is_value(State state) const noexcept {
    return state >= kFirstValue;
}

SyntaxReader::State UblReader::enter(State parent, const XmlElement& element) {
    State state = kSteps.find(parent, element);
    if (state == kOpaque) state = other_state(element);
    open(parent, state, element);
    return state;
}

void UblReader::open(State parent, State state, const XmlElement& element) {
    switch (state) {
        case kLine:
            lines_.emplace_back();
            break;
        case kAllowanceCharge:
            allowance_charge_ = AllowanceCharge();
            break;
        case kTotals:
            ++model_->totals_count;
            break;
        case kTaxTotal:
            tax_total_ = TaxTotal();
            break;
        case kTaxAmount:
            if (const char* const currency = element.attributes.find("currencyID"))
                tax_total_.currency = kept_currency(currency);
            break;
        case kSubtotal:
            subtotals_.push_back({parent == kTaxTotal});
            break;
        case kCategory:
            subtotals_.back().category_percent = Amount();
            subtotals_.back().category_is_vat = false;
            break;
        case kSellerTax:
            company_id_.clear();
            company_id_is_vat_ = false;
            break;
        default:
            break;
    }
}

void UblReader::take(State state, std::string_view local, std::string_view text) {
    if (take_total(state, local, text)) return;
    switch (state) {
        case kNumber:
            return read_text(text, model_->number);
        case kIssueDate:
            return read_date(text, model_->issued_on);
        case kDueDate:
            return read_date(text, model_->due_on);
        case kPaymentDueDate:
            return read_date(text, credit_due_on_);
        case kKind:
            return read_text(text, model_->kind);
        case kCurrency:
            return read_currency(local, text, *model_);
        case kLineAmount:
            return read_amount(local, text, lines_.back(), model_->problem);
        case kAllowanceAmount:
            return read_amount(local, text, allowance_charge_.amount, model_->problem);
        case kIndicator:
            return allowance_charge_.read_indicator(local, text, model_->problem);
        default:
            return state < kSellerName ? take_tax(state, local, text) : take_party(state, text);
    }
}

// Takes an amount of the document's totals. Those of a second LegalMonetaryTotal are not looked at.
bool UblReader::take_total(State state, std::string_view local, std::string_view text) {
    for (const TotalField& field : kTotalFields) {
        if (field.state != state) continue;
        if (model_->totals_count == 1)
            read_amount(local, text, model_->totals.*field.amount, model_->problem);
        return true;
    }
    return false;
}

void UblReader::take_tax(State state, std::string_view local, std::string_view text) {
    switch (state) {
        case kTaxAmount:
            return read_amount(local, text, tax_total_.tax, model_->problem);
        case kTaxable:
            return read_amount(local, text, subtotals_.back().breakdown.taxable, model_->problem);
        case kSubtotalTax:
            return read_amount(local, text, subtotals_.back().breakdown.tax, model_->problem);
        case kPercent:
            return read_amount(local, text, subtotals_.back().category_percent, model_->problem);
        case kSchemeId:
            subtotals_.back().category_is_vat = subtotals_.back().category_is_vat || is_vat(text);
            return;
        default:
            return;
    }
}

void UblReader::take_party(State state, std::string_view text) {
    switch (state) {
        case kSellerName:
            return read_text(text, model_->seller);
        case kSellerTradeName:
            return read_text(text, model_->seller_trading);
        case kSellerLegalId:
            return read_text(text, model_->seller_legal_id);
        case kSellerTaxId:
            return read_text(text, company_id_);
        case kSellerSchemeId:
            company_id_is_vat_ = company_id_is_vat_ || is_vat(text);
            return;
        case kBuyerName:
            return read_text(text, model_->buyer);
        case kBuyerTradeName:
            return read_text(text, model_->buyer_trading);
        default:
            return;
    }
}

void UblReader::leave_category(Subtotal& subtotal) {
    if (!subtotal.category_is_vat || !subtotal.category_percent.present) return;
    if (subtotal.breakdown.percent.present) {
        model_->problem.set(Problem::Kind::Repeated, "Percent");
        subtotal.category_percent.value = Decimal::not_a_number();
    }
    subtotal.breakdown.percent = subtotal.category_percent;
}

void UblReader::leave(State state) {
    switch (state) {
        case kLine:
            model_->line_sum = model_->line_sum + lines_.back().or_zero();
            lines_.pop_back();
            return;
        case kAllowanceCharge:
            return allowance_charge_.add_to(*model_);
        case kTaxTotal:
            return model_->add_tax_total(tax_total_);
        case kSubtotal:
            if (subtotals_.back().is_documents) tax_total_.breakdown.add(subtotals_.back().breakdown.tax);
            model_->add_breakdown(subtotals_.back().breakdown);
            subtotals_.pop_back();
            return;
        case kCategory:
            return leave_category(subtotals_.back());
        case kSellerTax:
            return read_text(company_id_, company_id_is_vat_ ? model_->seller_vat_id : model_->seller_tax_id);
        default:
            return;
    }
}

void UblReader::end() {
    if (model_->due_on.empty()) model_->due_on = credit_due_on_;
    if (model_->root == "CreditNote" && !is_credit_note(model_->kind)) model_->kind = "381";
    if (model_->totals_count == 0) model_->problem.set(Problem::Kind::Missing, "LegalMonetaryTotal");
    if (model_->totals_count > 1) model_->problem.set(Problem::Kind::Repeated, "LegalMonetaryTotal");
}

}  // namespace pipeline

// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/syntax/cii_reader.hpp"

#include <array>

#include "consumer/invoice/syntax/steps.hpp"

namespace pipeline {
namespace {

// The states from kFirstValue on are those of values.
enum Role : SyntaxReader::State {
    kExchanged = SyntaxReader::kDocument + 1,
    kIssueDateTime,
    kTransaction,
    kLine,
    kLineSettlement,
    kLineSummation,
    kAgreement,
    kSeller,
    kSellerOrganization,
    kSellerRegistration,
    kBuyer,
    kBuyerOrganization,
    kSettlement,
    kTradeTax,
    kAllowanceCharge,
    kChargeIndicator,
    kPaymentTerms,
    kDueDateTime,
    kSummation,
    kFirstValue,
    kNumber = kFirstValue,
    kKind,
    kIssueDate,
    kDueDate,
    kCurrency,
    kLineAmount,
    kCalculated,
    kBasis,
    kTaxType,
    kRate,
    kIndicator,
    kActualAmount,
    kTotalLines,
    kTotalAllowances,
    kTotalCharges,
    kTotalWithoutTax,
    kTotalTax,
    kTotalRounding,
    kTotalWithTax,
    kTotalPrepaid,
    kTotalPayable,
    kSellerName,
    kSellerTradeName,
    kSellerLegalId,
    kSellerTaxId,
    kBuyerName,
    kBuyerTradeName,
};

constexpr Space kRsm = Space::CrossIndustryInvoice;
constexpr Space kRam = Space::CiiAggregate;
constexpr Space kUdt = Space::CiiUnqualified;
constexpr SyntaxReader::State kRoot = SyntaxReader::kDocument;
constexpr StepTable kSteps(std::array{
    Step{kRoot, kRsm, "ExchangedDocument", kExchanged},
    Step{kRoot, kRsm, "SupplyChainTradeTransaction", kTransaction},
    Step{kExchanged, kRam, "ID", kNumber},
    Step{kExchanged, kRam, "TypeCode", kKind},
    Step{kExchanged, kRam, "IssueDateTime", kIssueDateTime},
    Step{kIssueDateTime, kUdt, "DateTimeString", kIssueDate},
    Step{kTransaction, kRam, "IncludedSupplyChainTradeLineItem", kLine},
    Step{kTransaction, kRam, "ApplicableHeaderTradeAgreement", kAgreement},
    Step{kTransaction, kRam, "ApplicableHeaderTradeSettlement", kSettlement},
    Step{kLine, kRam, "SpecifiedLineTradeSettlement", kLineSettlement},
    Step{kLineSettlement, kRam, "SpecifiedTradeSettlementLineMonetarySummation", kLineSummation},
    Step{kLineSummation, kRam, "LineTotalAmount", kLineAmount},
    Step{kAgreement, kRam, "SellerTradeParty", kSeller},
    Step{kAgreement, kRam, "BuyerTradeParty", kBuyer},
    Step{kSeller, kRam, "Name", kSellerName},
    Step{kSeller, kRam, "SpecifiedLegalOrganization", kSellerOrganization},
    Step{kSeller, kRam, "SpecifiedTaxRegistration", kSellerRegistration},
    Step{kSellerOrganization, kRam, "ID", kSellerLegalId},
    Step{kSellerOrganization, kRam, "TradingBusinessName", kSellerTradeName},
    Step{kSellerRegistration, kRam, "ID", kSellerTaxId},
    Step{kBuyer, kRam, "Name", kBuyerName},
    Step{kBuyer, kRam, "SpecifiedLegalOrganization", kBuyerOrganization},
    Step{kBuyerOrganization, kRam, "TradingBusinessName", kBuyerTradeName},
    Step{kSettlement, kRam, "InvoiceCurrencyCode", kCurrency},
    Step{kSettlement, kRam, "ApplicableTradeTax", kTradeTax},
    Step{kSettlement, kRam, "SpecifiedTradeAllowanceCharge", kAllowanceCharge},
    Step{kSettlement, kRam, "SpecifiedTradePaymentTerms", kPaymentTerms},
    Step{kSettlement, kRam, "SpecifiedTradeSettlementHeaderMonetarySummation", kSummation},
    Step{kTradeTax, kRam, "CalculatedAmount", kCalculated},
    Step{kTradeTax, kRam, "BasisAmount", kBasis},
    Step{kTradeTax, kRam, "TypeCode", kTaxType},
    Step{kTradeTax, kRam, "RateApplicablePercent", kRate},
    Step{kAllowanceCharge, kRam, "ChargeIndicator", kChargeIndicator},
    Step{kAllowanceCharge, kRam, "ActualAmount", kActualAmount},
    Step{kChargeIndicator, kUdt, "Indicator", kIndicator},
    Step{kPaymentTerms, kRam, "DueDateDateTime", kDueDateTime},
    Step{kDueDateTime, kUdt, "DateTimeString", kDueDate},
    Step{kSummation, kRam, "LineTotalAmount", kTotalLines},
    Step{kSummation, kRam, "AllowanceTotalAmount", kTotalAllowances},
    Step{kSummation, kRam, "ChargeTotalAmount", kTotalCharges},
    Step{kSummation, kRam, "TaxBasisTotalAmount", kTotalWithoutTax},
    Step{kSummation, kRam, "TaxTotalAmount", kTotalTax},
    Step{kSummation, kRam, "RoundingAmount", kTotalRounding},
    Step{kSummation, kRam, "GrandTotalAmount", kTotalWithTax},
    Step{kSummation, kRam, "TotalPrepaidAmount", kTotalPrepaid},
    Step{kSummation, kRam, "DuePayableAmount", kTotalPayable},
});

constexpr std::array<TotalField, 8> kTotalFields{{{kTotalLines, &DocumentTotals::lines},
                                                  {kTotalWithoutTax, &DocumentTotals::without_tax},
                                                  {kTotalWithTax, &DocumentTotals::with_tax},
                                                  {kTotalAllowances, &DocumentTotals::allowances},
                                                  {kTotalCharges, &DocumentTotals::charges},
                                                  {kTotalPrepaid, &DocumentTotals::prepaid},
                                                  {kTotalRounding, &DocumentTotals::rounding},
                                                  {kTotalPayable, &DocumentTotals::payable}}};

}  // namespace

void CiiReader::begin(Model& model) {
    model_ = &model;
    breakdown_sum_ = Amount(Decimal());
}

bool CiiReader::is_value(State state) const noexcept {
    return state >= kFirstValue;
}

SyntaxReader::State CiiReader::enter(State parent, const XmlElement& element) {
    const State state = kSteps.find(parent, element);
    open(state, element);
    return state;
}

void CiiReader::open(State state, const XmlElement& element) {
    switch (state) {
        case kLine:
            line_ = Amount();
            break;
        case kAllowanceCharge:
            allowance_charge_ = AllowanceCharge();
            break;
        case kSummation:
            ++model_->totals_count;
            break;
        case kTradeTax:
            breakdown_ = TaxBreakdown();
            breakdown_is_vat_ = false;
            break;
        case kTotalTax: {
            const char* const currency = element.attributes.find("currencyID");
            tax_total_ = TaxTotal();
            tax_total_.currency = kept_currency(currency == nullptr ? "" : currency);
            break;
        }
        case kSellerTaxId: {
            const char* const scheme = element.attributes.find("schemeID");
            tax_id_is_vat_ = scheme != nullptr && std::string_view(scheme) == "VA";
            break;
        }
        default:
            break;
    }
}

void CiiReader::take(State state, std::string_view local, std::string_view text) {
    if (take_total(state, local, text)) return;
    switch (state) {
        case kNumber:
            return read_text(text, model_->number);
        case kKind:
            return read_text(text, model_->kind);
        case kIssueDate:
            return read_date(text, model_->issued_on);
        case kDueDate:
            return read_date(text, model_->due_on);
        case kCurrency:
            return read_currency(local, text, *model_);
        case kLineAmount:
            return read_amount(local, text, line_, model_->problem);
        case kCalculated:
            return read_amount(local, text, breakdown_.tax, model_->problem);
        case kBasis:
            return read_amount(local, text, breakdown_.taxable, model_->problem);
        case kRate:
            return read_amount(local, text, breakdown_.percent, model_->problem);
        case kTaxType:
            breakdown_is_vat_ = breakdown_is_vat_ || is_vat(text);
            return;
        case kIndicator:
            return allowance_charge_.read_indicator("ChargeIndicator", text, model_->problem);
        case kActualAmount:
            return read_amount(local, text, allowance_charge_.amount, model_->problem);
        default:
            return take_party(state, text);
    }
}

// Takes an amount of the document's totals. Those of a second summation are not looked at.
bool CiiReader::take_total(State state, std::string_view local, std::string_view text) {
    if (state == kTotalTax) {
        if (model_->totals_count > 1) return true;
        read_amount(local, text, tax_total_.tax, model_->problem);
        model_->add_tax_total(tax_total_);
        return true;
    }
    for (const TotalField& field : kTotalFields) {
        if (field.state != state) continue;
        if (model_->totals_count == 1)
            read_amount(local, text, model_->totals.*field.amount, model_->problem);
        return true;
    }
    return false;
}

void CiiReader::take_party(State state, std::string_view text) {
    switch (state) {
        case kSellerName:
            return read_text(text, model_->seller);
        case kSellerTradeName:
            return read_text(text, model_->seller_trading);
        case kSellerLegalId:
            return read_text(text, model_->seller_legal_id);
        case kSellerTaxId:
            return read_text(text, tax_id_is_vat_ ? model_->seller_vat_id : model_->seller_tax_id);
        case kBuyerName:
            return read_text(text, model_->buyer);
        case kBuyerTradeName:
            return read_text(text, model_->buyer_trading);
        default:
            return;
    }
}

void CiiReader::leave(State state) {
    switch (state) {
        case kLine:
            model_->line_sum = model_->line_sum + line_.or_zero();
            return;
        case kAllowanceCharge:
            return allowance_charge_.add_to(*model_);
        case kTradeTax:
            if (!breakdown_is_vat_) breakdown_.percent = Amount();
            breakdown_sum_.add(breakdown_.tax);
            return model_->add_breakdown(breakdown_);
        default:
            return;
    }
}

// All totals of tax have the whole breakdown in common.
void CiiReader::end() {
    for (TaxTotal& total : model_->tax_totals) total.breakdown = breakdown_sum_;
    constexpr std::string_view kSummationName = "SpecifiedTradeSettlementHeaderMonetarySummation";
    if (model_->totals_count == 0) model_->problem.set(Problem::Kind::Missing, kSummationName);
    if (model_->totals_count > 1) model_->problem.set(Problem::Kind::Repeated, kSummationName);
}

}  // namespace pipeline

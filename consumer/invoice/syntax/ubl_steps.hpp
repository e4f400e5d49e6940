// SPDX-License-Identifier: Apache-2.0
// The elements of UBL that ubl_reader.cpp reads.
#pragma once

#include <array>

#include "consumer/invoice/syntax/steps.hpp"

namespace pipeline::ubl {

// The states from kFirstValue on are those of values.
enum UblRole : SyntaxReader::State {
    kElsewhere = SyntaxReader::kDocument + 1,  // no role, but what is in it may have one
    kLine,
    kTotals,
    kAllowanceCharge,
    kPaymentMeans,
    kTaxTotal,
    kOtherTaxTotal,  // of a line, or of another part
    kSubtotal,
    kCategory,
    kScheme,
    kSeller,
    kSellerParty,
    kSellerPartyName,
    kSellerEntity,
    kSellerTax,
    kSellerScheme,
    kBuyer,
    kBuyerParty,
    kBuyerPartyName,
    kBuyerEntity,
    kFirstValue,
    kNumber = kFirstValue,
    kIssueDate,
    kDueDate,
    kPaymentDueDate,
    kKind,
    kCurrency,
    kLineAmount,
    kTotalLines,
    kTotalWithoutTax,
    kTotalWithTax,
    kTotalAllowances,
    kTotalCharges,
    kTotalPrepaid,
    kTotalRounding,
    kTotalPayable,
    kAllowanceAmount,
    kIndicator,
    kTaxAmount,
    kTaxable,
    kSubtotalTax,
    kPercent,
    kSchemeId,
    kSellerName,
    kSellerTradeName,
    kSellerLegalId,
    kSellerTaxId,
    kSellerSchemeId,
    kBuyerName,
    kBuyerTradeName,
};

inline constexpr Space kBasic = Space::Basic;
inline constexpr Space kAggregate = Space::Aggregate;
inline constexpr SyntaxReader::State kRoot = SyntaxReader::kDocument;
inline constexpr StepTable kSteps(std::array{
    Step{kRoot, kBasic, "ID", kNumber},
    Step{kRoot, kBasic, "IssueDate", kIssueDate},
    Step{kRoot, kBasic, "DueDate", kDueDate},
    Step{kRoot, kBasic, "InvoiceTypeCode", kKind},
    Step{kRoot, kBasic, "CreditNoteTypeCode", kKind},
    Step{kRoot, kBasic, "DocumentCurrencyCode", kCurrency},
    Step{kRoot, kAggregate, "TaxTotal", kTaxTotal},
    Step{kRoot, kAggregate, "AllowanceCharge", kAllowanceCharge},
    Step{kRoot, kAggregate, "LegalMonetaryTotal", kTotals},
    Step{kRoot, kAggregate, "PaymentMeans", kPaymentMeans},
    Step{kRoot, kAggregate, "AccountingSupplierParty", kSeller},
    Step{kRoot, kAggregate, "AccountingCustomerParty", kBuyer},
    Step{kPaymentMeans, kBasic, "PaymentDueDate", kPaymentDueDate},
    Step{kLine, kBasic, "LineExtensionAmount", kLineAmount},
    Step{kTotals, kBasic, "LineExtensionAmount", kTotalLines},
    Step{kTotals, kBasic, "TaxExclusiveAmount", kTotalWithoutTax},
    Step{kTotals, kBasic, "TaxInclusiveAmount", kTotalWithTax},
    Step{kTotals, kBasic, "AllowanceTotalAmount", kTotalAllowances},
    Step{kTotals, kBasic, "ChargeTotalAmount", kTotalCharges},
    Step{kTotals, kBasic, "PrepaidAmount", kTotalPrepaid},
    Step{kTotals, kBasic, "PayableRoundingAmount", kTotalRounding},
    Step{kTotals, kBasic, "PayableAmount", kTotalPayable},
    Step{kAllowanceCharge, kBasic, "Amount", kAllowanceAmount},
    Step{kAllowanceCharge, kBasic, "ChargeIndicator", kIndicator},
    Step{kTaxTotal, kBasic, "TaxAmount", kTaxAmount},
    Step{kTaxTotal, kAggregate, "TaxSubtotal", kSubtotal},
    Step{kOtherTaxTotal, kAggregate, "TaxSubtotal", kSubtotal},
    Step{kSubtotal, kBasic, "TaxableAmount", kTaxable},
    Step{kSubtotal, kBasic, "TaxAmount", kSubtotalTax},
    Step{kSubtotal, kAggregate, "TaxCategory", kCategory},
    Step{kCategory, kBasic, "Percent", kPercent},
    Step{kCategory, kAggregate, "TaxScheme", kScheme},
    Step{kScheme, kBasic, "ID", kSchemeId},
    Step{kSeller, kAggregate, "Party", kSellerParty},
    Step{kSellerParty, kAggregate, "PartyName", kSellerPartyName},
    Step{kSellerParty, kAggregate, "PartyLegalEntity", kSellerEntity},
    Step{kSellerParty, kAggregate, "PartyTaxScheme", kSellerTax},
    Step{kSellerPartyName, kBasic, "Name", kSellerTradeName},
    Step{kSellerEntity, kBasic, "RegistrationName", kSellerName},
    Step{kSellerEntity, kBasic, "CompanyID", kSellerLegalId},
    Step{kSellerTax, kBasic, "CompanyID", kSellerTaxId},
    Step{kSellerTax, kAggregate, "TaxScheme", kSellerScheme},
    Step{kSellerScheme, kBasic, "ID", kSellerSchemeId},
    Step{kBuyer, kAggregate, "Party", kBuyerParty},
    Step{kBuyerParty, kAggregate, "PartyName", kBuyerPartyName},
    Step{kBuyerParty, kAggregate, "PartyLegalEntity", kBuyerEntity},
    Step{kBuyerPartyName, kBasic, "Name", kBuyerTradeName},
    Step{kBuyerEntity, kBasic, "RegistrationName", kBuyerName},
});

inline constexpr std::array<TotalField, 8> kTotalFields{{{kTotalLines, &DocumentTotals::lines},
                                                         {kTotalWithoutTax, &DocumentTotals::without_tax},
                                                         {kTotalWithTax, &DocumentTotals::with_tax},
                                                         {kTotalAllowances, &DocumentTotals::allowances},
                                                         {kTotalCharges, &DocumentTotals::charges},
                                                         {kTotalPrepaid, &DocumentTotals::prepaid},
                                                         {kTotalRounding, &DocumentTotals::rounding},
                                                         {kTotalPayable, &DocumentTotals::payable}}};

}  // namespace pipeline::ubl

// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/ubl_reader.hpp"

#include <array>
#include <bit>
#include <type_traits>

#include "common/text/clean_text.hpp"

namespace pipeline {
namespace {

// True if the handle `node` refers to a node. Compares the pointer in the handle with null: pugixml's own
// test is a library call that costs as much as the step to the next node.
bool exists(pugi::xml_node node) noexcept {
    static_assert(sizeof node == sizeof(void*) && std::is_trivially_copyable_v<pugi::xml_node>);
    return std::bit_cast<const void*>(node) != nullptr;
}

struct TotalField {
    const char* local;
    Amount MonetaryTotal::*amount;
};
constexpr std::array<TotalField, 8> kTotalFields{{
    {"LineExtensionAmount", &MonetaryTotal::line_extension},
    {"TaxExclusiveAmount", &MonetaryTotal::tax_exclusive},
    {"TaxInclusiveAmount", &MonetaryTotal::tax_inclusive},
    {"AllowanceTotalAmount", &MonetaryTotal::allowance_total},
    {"ChargeTotalAmount", &MonetaryTotal::charge_total},
    {"PrepaidAmount", &MonetaryTotal::prepaid},
    {"PayableRoundingAmount", &MonetaryTotal::payable_rounding},
    {"PayableAmount", &MonetaryTotal::payable},
}};

}  // namespace

bool UblReader::read(pugi::xml_node root, UblDocument& document) {
    document_ = &document;
    values_.set_problem(document.problem);
    document.clear();
    namespaces_.clear();
    too_many_prefixes_ = false;
    party_name_.clear();
    Element element(root, 0);
    const Vocabulary vocabulary = vocabulary_of(element);
    const bool is_ubl = (vocabulary == Vocabulary::Invoice && element.name.local == "Invoice") ||
                        (vocabulary == Vocabulary::CreditNote && element.name.local == "CreditNote");
    if (!is_ubl && !too_many_prefixes_) return false;
    walk(root);
    if (too_many_prefixes_) {  // discard what was read so far
        document.clear();
        document_->problem.set(Problem::Kind::TooManyPrefixes);
        return true;
    }
    if (document.supplier.empty()) document.supplier = party_name_;
    if (document.totals.empty()) document_->problem.set(Problem::Kind::Missing, "LegalMonetaryTotal");
    if (document.totals.size() > 1) document_->problem.set(Problem::Kind::Repeated, "LegalMonetaryTotal");
    return true;
}

// Visits the nodes below `root`, depth first. Nodes that are no elements have no name, so that no rule of
// visit() matches them.
void UblReader::walk(pugi::xml_node root) {
    open_.assign(1, {Context::Document, root});
    pugi::xml_node node = root.first_child();
    while (!too_many_prefixes_) {
        if (!exists(node)) {
            const Open done = open_.back();
            close(done.context);
            open_.pop_back();
            namespaces_.leave(static_cast<std::uint32_t>(open_.size()));
            if (open_.empty()) return;
            node = done.node.next_sibling();
            continue;
        }
        const pugi::xml_node child = node.first_child();
        const Context parent = open_.back().context;
        // Skip elements without children, unless their parent gives them a meaning. (A plain text is not a
        // child: pugixml stores it in its element.)
        if (exists(child) || parent != Context::Elsewhere) {
            Element element(node, static_cast<std::uint32_t>(open_.size()));
            const Context context = visit(element, parent);
            if (context != Context::Opaque && exists(child)) {
                enter(element);
                open_.push_back({context, node});
                node = child;
                continue;
            }
            if (element.entered) namespaces_.leave(element.depth);
        }
        node = node.next_sibling();
    }
}

Vocabulary UblReader::vocabulary_of(Element& element) {
    enter(element);
    return namespaces_.find(element.name.prefix);
}

void UblReader::enter(Element& element) {
    if (element.entered) return;
    element.entered = true;
    if (!namespaces_.enter(element.node, element.depth)) too_many_prefixes_ = true;
}

UblReader::Context UblReader::visit(Element& element, Context parent) {
    switch (parent) {
        case Context::Document:
            return visit_in_document(element);
        case Context::Line:
            return visit_in_line(element);
        case Context::MonetaryTotal:
            return visit_in_monetary_total(element);
        case Context::AllowanceCharge:
            return visit_in_allowance_charge(element);
        case Context::TaxTotal:
        case Context::TaxSubtotal:
        case Context::TaxCategory:
        case Context::TaxScheme:
            return visit_in_tax(element, parent);
        case Context::Supplier:
        case Context::Party:
        case Context::PartyLegalEntity:
        case Context::PartyName:
            return visit_in_supplier(element, parent);
        case Context::Elsewhere:
            return visit_elsewhere(element);
        case Context::Opaque:
            return Context::Opaque;
    }
    return Context::Opaque;
}

UblReader::Context UblReader::visit_in_document(Element& element) {
    if (is_aggregate(element, "InvoiceLine") || is_aggregate(element, "CreditNoteLine")) {
        document_->lines.emplace_back();
        return Context::Line;
    }
    if (is_aggregate(element, "TaxTotal")) return open_tax_total(true);
    if (is_aggregate(element, "AllowanceCharge")) {
        document_->allowance_charges.emplace_back();
        return Context::AllowanceCharge;
    }
    if (is_aggregate(element, "LegalMonetaryTotal")) {
        document_->totals.emplace_back();
        return Context::MonetaryTotal;
    }
    if (is_aggregate(element, "AccountingSupplierParty")) return Context::Supplier;
    if (is_basic(element, "DocumentCurrencyCode")) {
        if (document_->has_currency) document_->problem.set(Problem::Kind::Repeated, "DocumentCurrencyCode");
        document_->has_currency = true;
        document_->currency = values_.text_of(element.node);
        return Context::Opaque;
    }
    return Context::Elsewhere;
}

UblReader::Context UblReader::visit_in_line(Element& element) {
    if (is_basic(element, "LineExtensionAmount")) {
        values_.read_amount(element.node, "LineExtensionAmount", document_->lines.back());
        return Context::Opaque;
    }
    return visit_elsewhere(element);
}

UblReader::Context UblReader::visit_in_monetary_total(Element& element) {
    for (const TotalField& field : kTotalFields) {
        if (is_basic(element, field.local)) {
            values_.read_amount(element.node, field.local, document_->totals.back().*field.amount);
            break;
        }
    }
    return Context::Opaque;
}

UblReader::Context UblReader::visit_in_allowance_charge(Element& element) {
    if (is_basic(element, "Amount")) {
        values_.read_amount(element.node, "Amount", document_->allowance_charges.back().amount);
        return Context::Opaque;
    }
    if (is_basic(element, "ChargeIndicator")) {
        values_.read_indicator(element.node, document_->allowance_charges.back());
        return Context::Opaque;
    }
    return visit_elsewhere(element);
}

// A tax total cannot contain another one, so at most one tax total, one subtotal and one category are open:
// in each case, the last one that was added.
UblReader::Context UblReader::visit_in_tax(Element& element, Context parent) {
    TaxTotal& total = document_->tax_totals.back();
    if (parent == Context::TaxTotal) {
        if (is_basic(element, "TaxAmount")) {
            values_.read_amount(element.node, "TaxAmount", total.tax);
            total.currency = element.node.attribute("currencyID").value();
        } else if (is_aggregate(element, "TaxSubtotal")) {
            document_->tax_subtotals.emplace_back();
            ++total.subtotal_count;
            return Context::TaxSubtotal;
        }
    } else if (parent == Context::TaxSubtotal) {
        TaxSubtotal& subtotal = document_->tax_subtotals.back();
        if (is_basic(element, "TaxableAmount")) {
            values_.read_amount(element.node, "TaxableAmount", subtotal.taxable);
        } else if (is_basic(element, "TaxAmount")) {
            values_.read_amount(element.node, "TaxAmount", subtotal.tax);
        } else if (is_aggregate(element, "TaxCategory")) {
            category_percent_ = Amount();
            category_is_vat_ = false;
            return Context::TaxCategory;
        }
    } else if (parent == Context::TaxCategory) {
        if (is_basic(element, "Percent")) {
            values_.read_amount(element.node, "Percent", category_percent_);
        } else if (is_aggregate(element, "TaxScheme")) {
            return Context::TaxScheme;
        }
    } else if (is_basic(element, "ID") && UblValues::is_vat(values_.text_of(element.node))) {
        category_is_vat_ = true;
    }
    return Context::Opaque;
}

UblReader::Context UblReader::visit_in_supplier(Element& element, Context parent) {
    if (parent == Context::Supplier) {
        if (is_aggregate(element, "Party")) return Context::Party;
    } else if (parent == Context::Party) {
        if (is_aggregate(element, "PartyLegalEntity")) return Context::PartyLegalEntity;
        if (is_aggregate(element, "PartyName")) return Context::PartyName;
    } else if (parent == Context::PartyLegalEntity) {
        if (document_->supplier.empty() && is_basic(element, "RegistrationName")) {
            clean_text(values_.text_of(element.node), document_->supplier);
        }
    } else if (party_name_.empty() && is_basic(element, "Name")) {
        clean_text(values_.text_of(element.node), party_name_);
    }
    return Context::Opaque;
}

UblReader::Context UblReader::visit_elsewhere(Element& element) {
    if (is_aggregate(element, "TaxTotal")) return open_tax_total(false);
    // Skip items and parties: UBL's schemas allow no tax total in them, and they make up most of a document.
    const bool is_barren = is_aggregate(element, "Item") || is_aggregate(element, "Party");
    return is_barren ? Context::Opaque : Context::Elsewhere;
}

UblReader::Context UblReader::open_tax_total(bool own) {
    TaxTotal& total = document_->tax_totals.emplace_back();
    total.own = own;
    total.first_subtotal = document_->tax_subtotals.size();
    return Context::TaxTotal;
}

void UblReader::close(Context context) {
    if (context != Context::TaxCategory || !category_is_vat_ || !category_percent_.present) return;
    Amount& percent = document_->tax_subtotals.back().vat_percent;
    if (percent.present) {
        document_->problem.set(Problem::Kind::Repeated, "Percent");
        category_percent_.value = Decimal::not_a_number();
    }
    percent = category_percent_;
}

}  // namespace pipeline

// SPDX-License-Identifier: Apache-2.0
// Reads a UblDocument from a parsed UBL 2.1 Invoice or CreditNote. It makes one pass over the elements,
// without recursion (no depth of nesting can exhaust the stack) and without XPath. It compares names by their
// namespaces, not by their prefixes.
//
// The reader reads what the rules need and validates nothing else: order, mandatory elements and code lists
// are a schema's business. It looks for no tax total where the schemas allow none (in an item, in a party). A
// single-valued element that occurs twice is a Problem, since no rule can say which one counts.
#pragma once

#include <cstdint>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "consumer/invoice/namespaces.hpp"
#include "consumer/invoice/ubl_document.hpp"
#include "consumer/invoice/ubl_values.hpp"

namespace pipeline {

class UblReader {
  public:
    // The options that the XML must be parsed with. References are decoded, CDATA is kept. Comments,
    // processing instructions and document type are dropped. Text is stored in its element; text outside the
    // root is kept.
    static constexpr unsigned kParseOptions = pugi::parse_escapes | pugi::parse_cdata | pugi::parse_eol |
                                              pugi::parse_embed_pcdata | pugi::parse_fragment;

    // Reads the document with the root element `root` into `document`. Returns false if it is no UBL Invoice
    // or CreditNote. `document` refers to texts of the parsed XML, which must outlive it.
    [[nodiscard]] bool read(pugi::xml_node root, UblDocument& document);

  private:
    // The role of an open element. Elsewhere: the element has no role, but its content may have one. Opaque:
    // the element's content does not matter.
    enum class Context : std::uint8_t {
        Document,
        Line,
        MonetaryTotal,
        AllowanceCharge,
        TaxTotal,
        TaxSubtotal,
        TaxCategory,
        TaxScheme,
        Supplier,
        Party,
        PartyLegalEntity,
        PartyName,
        Elsewhere,
        Opaque
    };

    // The element that walk() is looking at.
    struct Element {
        pugi::xml_node node;
        QualifiedName name;
        std::uint32_t depth;
        bool entered = false;  // its namespace declarations are in namespaces_

        Element(pugi::xml_node element, std::uint32_t its_depth) noexcept
            : node(element), name(element.name()), depth(its_depth) {}
    };

    void walk(pugi::xml_node root);
    [[nodiscard]] Context visit(Element& element, Context parent);
    [[nodiscard]] Context visit_in_document(Element& element);
    [[nodiscard]] Context visit_in_line(Element& element);
    [[nodiscard]] Context visit_in_monetary_total(Element& element);
    [[nodiscard]] Context visit_in_allowance_charge(Element& element);
    [[nodiscard]] Context visit_in_tax(Element& element, Context parent);
    [[nodiscard]] Context visit_in_supplier(Element& element, Context parent);
    [[nodiscard]] Context visit_elsewhere(Element& element);
    [[nodiscard]] Context open_tax_total(bool own);
    void close(Context context);

    [[nodiscard]] bool is_basic(Element& element, std::string_view local) {
        return element.name.local == local && vocabulary_of(element) == Vocabulary::Basic;
    }
    [[nodiscard]] bool is_aggregate(Element& element, std::string_view local) {
        return element.name.local == local && vocabulary_of(element) == Vocabulary::Aggregate;
    }
    [[nodiscard]] Vocabulary vocabulary_of(Element& element);
    void enter(Element& element);

    UblDocument* document_ = nullptr;
    Namespaces namespaces_;
    UblValues values_;
    bool too_many_prefixes_ = false;
    // The open elements, from the root to the innermost one.
    struct Open {
        Context context;
        pugi::xml_node node;
    };
    std::vector<Open> open_;
    std::string party_name_;   // the supplier's, in case it has no registration name
    Amount category_percent_;  // the Percent of the open tax category
    bool category_is_vat_ = false;
};

}  // namespace pipeline

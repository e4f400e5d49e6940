// SPDX-License-Identifier: Apache-2.0
// Reads a UBL 2.1 Invoice or CreditNote. It validates nothing: order, mandatory elements and code lists are a
// schema's business. Lines and tax breakdowns count at any depth, but nothing counts in UBLExtensions.
#pragma once

#include <string>
#include <vector>

#include "consumer/invoice/syntax/syntax_reader.hpp"
#include "consumer/invoice/syntax/values.hpp"

namespace pipeline {

class UblReader final : public SyntaxReader {
  public:
    void begin(Model& model) override;
    State enter(State parent, const XmlElement& element) override;
    [[nodiscard]] bool is_value(State state) const noexcept override;
    void take(State state, std::string_view local, std::string_view text) override;
    void leave(State state) override;
    void end() override;

  private:
    void open(State parent, State state, const XmlElement& element);
    bool take_total(State state, std::string_view local, std::string_view text);
    void take_tax(State state, std::string_view local, std::string_view text);
    void take_party(State state, std::string_view text);

    // An open breakdown. Others may lie in it.
    struct Subtotal {
        bool is_documents;  // of the document's total of tax
        TaxBreakdown breakdown{};
        Amount category_percent{};  // of its open category
        bool category_is_vat = false;
    };

    void leave_category(Subtotal& subtotal);

    Model* model_ = nullptr;
    std::vector<Amount> lines_;  // the amounts of the open lines, the innermost last
    AllowanceCharge allowance_charge_;
    TaxTotal tax_total_;
    std::vector<Subtotal> subtotals_;
    std::string company_id_;  // of the open tax scheme of the seller
    bool company_id_is_vat_ = false;
    std::string credit_due_on_;  // a credit note has its due date among the means of payment
};

}  // namespace pipeline

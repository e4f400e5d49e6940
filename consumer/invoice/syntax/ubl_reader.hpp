// SPDX-License-Identifier: Apache-2.0
// Reads a UBL 2.1 Invoice or CreditNote. It validates nothing: order, mandatory elements and code lists are a
// schema's business. Lines and tax breakdowns count at any depth, but nothing counts in UBLExtensions.
#pragma once

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
    void open(State state, const XmlElement& element);
    bool take_total(State state, std::string_view local, std::string_view text);
    void take_tax(State state, std::string_view local, std::string_view text);
    void take_party(State state, std::string_view text);

    Model* model_ = nullptr;
    Amount line_;  // of the open line
    AllowanceCharge allowance_charge_;
    TaxTotal tax_total_;
    TaxBreakdown breakdown_;
    Amount category_percent_;  // of the open category of a breakdown
    bool category_is_vat_ = false;
    std::string company_id_;  // of the open tax scheme of the seller
    bool company_id_is_vat_ = false;
    std::string credit_due_on_;  // a credit note has its due date among the means of payment
};

}  // namespace pipeline

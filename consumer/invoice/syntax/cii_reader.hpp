// SPDX-License-Identifier: Apache-2.0
// Reads a CrossIndustryInvoice (UN/CEFACT CII D16B). It validates nothing, as ubl_reader.hpp.
#pragma once

#include "consumer/invoice/syntax/syntax_reader.hpp"
#include "consumer/invoice/syntax/values.hpp"

namespace pipeline {

class CiiReader final : public SyntaxReader {
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
    void take_party(State state, std::string_view text);

    Model* model_ = nullptr;
    Amount line_;  // of the open line
    AllowanceCharge allowance_charge_;
    TaxTotal tax_total_;
    TaxBreakdown breakdown_;
    bool breakdown_is_vat_ = false;
    Amount breakdown_sum_;  // of the tax in all breakdowns
    bool tax_id_is_vat_ = false;
};

}  // namespace pipeline

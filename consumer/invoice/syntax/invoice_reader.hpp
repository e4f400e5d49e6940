// SPDX-License-Identifier: Apache-2.0
// Reads an invoice in any of the syntaxes, piece by piece. It recognises the syntax by the root element, and
// opens what an invoice may be wrapped in: an SBDH envelope (StandardBusinessDocument), and a UBL
// AttachedDocument that holds the invoice as the text of its Attachment.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consumer/invoice/model/model.hpp"
#include "consumer/invoice/syntax/cii_reader.hpp"
#include "consumer/invoice/syntax/ubl_reader.hpp"
#include "consumer/xml/xml_parser.hpp"

namespace pipeline {

class InvoiceReader final : private XmlHandler {
  public:
    // The longest text of an element that is kept.
    static constexpr std::size_t kMaxTextBytes = std::size_t{1} << 20;

    // Begins a document. `encoding` as XmlParser::begin().
    void begin(const char* encoding = nullptr);
    // As those of XmlParser. After is_last, model() is complete.
    [[nodiscard]] std::span<char> room() { return parser_.room(); }
    bool parse(std::size_t bytes, bool is_last);
    // Why the document is no invoice; empty: it is one.
    [[nodiscard]] const std::string& fault() const noexcept { return parser_.fault(); }
    [[nodiscard]] const Model& model() const noexcept { return inner_used_ ? inner_->model() : model_; }

  private:
    enum class Wrapping : unsigned char { None, Envelope, Attached };

    void start_element(std::string_view uri, std::string_view local, XmlAttributes attributes) override;
    void end_element() override;
    void text(std::string_view piece) override;

    void start_root(Space space, std::string_view uri, std::string_view local);
    // Begins the invoice itself; returns false if the element is no root of one.
    bool start_invoice(Space space, std::string_view local);
    void start_in_envelope(Space space, std::string_view local);
    void start_in_attached(Space space, std::string_view local);
    void start_in_invoice(const XmlElement& element);
    void refuse_attached();
    void parse_attached();
    void end_attached();
    void finish();

    XmlParser parser_;
    UblReader ubl_;
    CiiReader cii_;
    Model model_;
    SyntaxReader* reader_ = nullptr;  // of the open invoice
    Wrapping wrapping_ = Wrapping::None;
    bool may_be_attached_ = true;  // an attached invoice holds no other one
    bool has_root_ = false;
    bool has_invoice_ = false;
    std::size_t wrap_depth_ = 0;  // the open elements of the wrapping
    std::size_t path_depth_ = 0;  // how many of them lead to the attached invoice
    std::size_t skipped_ = 0;     // the open elements that do not matter
    struct Open {
        SyntaxReader::State state;
    };
    std::vector<Open> open_;  // the open elements of the invoice that matter
    bool in_value_ = false;   // the last one is a value: its text is kept
    std::string local_;       // its name
    std::string text_;
    std::unique_ptr<InvoiceReader> inner_;  // of an attached invoice
    std::string inner_text_;                // what it has not parsed yet
    bool inner_used_ = false;
    bool inner_open_ = false;
    bool inner_begun_ = false;  // blanks may precede the attached invoice
};

}  // namespace pipeline

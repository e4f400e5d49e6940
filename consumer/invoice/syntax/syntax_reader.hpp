// SPDX-License-Identifier: Apache-2.0
// The interface of the readers of the two syntaxes. invoice_reader.hpp walks through a document and tells a
// reader of its elements; the reader keeps no more of them than a state for each open one.
#pragma once

#include <cstdint>
#include <string_view>

#include "consumer/invoice/model/model.hpp"
#include "consumer/invoice/syntax/namespaces.hpp"
#include "consumer/xml/xml_parser.hpp"

namespace pipeline {

struct XmlElement {
    Space space;
    std::string_view local;
    XmlAttributes attributes;
};

class SyntaxReader {
  public:
    // The role of an open element, a number of the reader's own. Two are the same in all readers.
    using State = std::uint8_t;
    static constexpr State kOpaque = 0;    // nothing in the element matters
    static constexpr State kDocument = 1;  // the root element of the invoice

    SyntaxReader() = default;
    SyntaxReader(const SyntaxReader&) = delete;
    SyntaxReader& operator=(const SyntaxReader&) = delete;
    virtual ~SyntaxReader() = default;

    // Begins a document, whose model it fills.
    virtual void begin(Model& model) = 0;
    // Returns the state of an element whose parent has the state `parent`. Once the element ends, take() or
    // leave() is called, unless it is opaque.
    virtual State enter(State parent, const XmlElement& element) = 0;
    // True if the text of an element with that state is wanted, and nothing else of it.
    [[nodiscard]] virtual bool is_value(State state) const noexcept = 0;
    // Takes the text of an element, as XPath's string(): with that of the elements in it. `local`: its name.
    virtual void take(State state, std::string_view local, std::string_view text) = 0;
    virtual void leave(State state) = 0;
    // The document ends.
    virtual void end() = 0;
};

}  // namespace pipeline

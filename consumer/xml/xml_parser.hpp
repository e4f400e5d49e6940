// SPDX-License-Identifier: Apache-2.0
// A conforming, streaming XML parser with namespaces, by expat. It takes a document piece by piece and tells
// a handler of elements and texts; it never holds more than one tag, comment or instruction of the document.
//
// It reads UTF-8, UTF-16, US-ASCII, ISO-8859-1 and the encodings of single_byte_encoding.hpp. It refuses
// every document type declaration, and so every entity but XML's own five.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "consumer/xml/encoding_scan.hpp"

// expat's parser.
struct XML_ParserStruct;

namespace pipeline {

// The attributes of an element. Valid until the handler's call returns.
class XmlAttributes {
  public:
    // `names_and_values` as expat gives them: name, value, name, ..., null.
    explicit XmlAttributes(const char** names_and_values) noexcept : at_(names_and_values) {}
    // Returns the value of the attribute `name`, which is in no namespace; null if there is none.
    [[nodiscard]] const char* find(std::string_view name) const noexcept;

  private:
    const char** at_;
};

class XmlHandler {
  public:
    XmlHandler() = default;
    XmlHandler(const XmlHandler&) = delete;
    XmlHandler& operator=(const XmlHandler&) = delete;
    virtual ~XmlHandler() = default;

    // `uri`: the element's namespace; empty if it is in none.
    virtual void start_element(std::string_view uri, std::string_view local, XmlAttributes attributes) = 0;
    virtual void end_element() = 0;
    // A piece of text (UTF-8), if want_text() has asked for it.
    virtual void text(std::string_view piece) = 0;
};

class XmlParser {
  public:
    static constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
    static constexpr int kMaxDepth = 256;
    // The longest tag, comment or instruction.
    static constexpr std::size_t kMaxTokenBytes = std::size_t{1} << 20;
    // The longest name of a namespace: expat copies it for every name in it.
    static constexpr std::size_t kMaxNamespaceBytes = std::size_t{1} << 10;
    // The memory that all parsers of a thread may use together.
    static constexpr std::size_t kMaxMemory = std::size_t{12} << 20;

    XmlParser();
    ~XmlParser();
    XmlParser(const XmlParser&) = delete;
    XmlParser& operator=(const XmlParser&) = delete;

    // Begins a document. `encoding`: the encoding whatever the document declares; null: what it declares. The
    // document is refused at once if other parsers of the thread have used all the memory. Throws
    // std::bad_alloc.
    void begin(XmlHandler& handler, const char* encoding = nullptr);
    // Returns room for the next piece of the document; none if the document is refused now, because the
    // parser has used all its memory. Throws std::bad_alloc.
    [[nodiscard]] std::span<char> room();
    // Parses the first `bytes` of the room. Returns false if the document is refused: fault() says why.
    bool parse(std::size_t bytes, bool is_last);
    // The same for a piece of any length that lies elsewhere.
    bool parse(std::string_view piece);

    // The handler calls both. want_text(): whether it gets texts from now on. refuse(): refuses the document
    // for that reason, and nothing more of it is parsed; the first reason counts.
    void want_text(bool wanted) noexcept;
    void refuse(std::string reason);

    // Why the document is refused; empty: it is not.
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

  private:
    struct Free {
        void operator()(XML_ParserStruct* parser) const noexcept;
    };
    struct Callbacks;

    // Make a parser, or make it new. They return false if the parsers' memory is used up.
    [[nodiscard]] bool make();
    [[nodiscard]] bool make_new(const char* encoding);
    void set_callbacks() noexcept;
    [[nodiscard]] bool is_token_too_long() const noexcept;
    void set_fault();
    void set_memory_fault();

    std::unique_ptr<XML_ParserStruct, Free> parser_;
    XmlHandler* handler_ = nullptr;
    int depth_ = 0;
    char* room_ = nullptr;  // where the next piece lies
    std::size_t fed_ = 0;   // bytes of the document so far
    bool is_encoding_given_ = false;
    bool is_mark_believed_ = false;  // it is read as UTF-8 because of its byte order mark
    EncodingScan scan_;
    bool is_out_of_memory_ = false;  // in a handler's call
    std::string fault_;
    std::string unknown_encoding_;
};

}  // namespace pipeline

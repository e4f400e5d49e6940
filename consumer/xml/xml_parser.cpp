// SPDX-License-Identifier: Apache-2.0
#include "consumer/xml/xml_parser.hpp"

#include <expat.h>
#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "common/text/clean_text.hpp"
#include "consumer/xml/single_byte_encoding.hpp"
#include "consumer/xml/xml_memory.hpp"

namespace pipeline {
namespace {

// Separates the namespace from the local name. No document can have it in a namespace.
constexpr char kSeparator = '\x1f';
// A parser that has used more than this is made anew for the next document.
constexpr std::size_t kKeptMemory = std::size_t{1} << 20;

constexpr XML_Memory_Handling_Suite kMemory{xml_allocate, xml_reallocate, xml_free};

// Describes an error for people, in expat's own words where they are good enough.
std::string_view describe(XML_Error error) noexcept {
    switch (error) {
        case XML_ERROR_INVALID_TOKEN:
            return "a character or token that must not be here";
        case XML_ERROR_NO_ELEMENTS:
            return "the document ends too early";
        case XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
            return "something follows the root element";
        case XML_ERROR_INCORRECT_ENCODING:
            return "it does not have the encoding that it declares";
        case XML_ERROR_UNDEFINED_ENTITY:
            return "an entity that is not declared";
        default:
            return XML_ErrorString(error);
    }
}

// True if each character of the encoding is a byte, so that ASCII in UTF-8 is the same text in it.
bool has_single_bytes(const char* encoding) {
    if (::strcasecmp(encoding, "ISO-8859-1") == 0 || ::strcasecmp(encoding, "US-ASCII") == 0) return true;
    return single_byte_encoding(encoding).has_value();
}

}  // namespace

const char* XmlAttributes::find(std::string_view name) const noexcept {
    for (const char** at = at_; *at != nullptr; at += 2) {
        if (name == *at) return at[1];
    }
    return nullptr;
}

// No exception may pass through expat, which is written in C: a lack of memory stops the parser instead.
struct XmlParser::Callbacks {
    template <class Call>
    static void guarded(void* self, const Call& call) noexcept {
        auto& parser = *static_cast<XmlParser*>(self);
        if (!parser.fault_.empty() || parser.is_out_of_memory_) return;
        try {
            call(parser);
        } catch (const std::bad_alloc&) {
            parser.is_out_of_memory_ = true;
            XML_StopParser(parser.parser_.get(), XML_FALSE);
        }
    }
    static void start(void* self, const XML_Char* name, const XML_Char** attributes) {
        guarded(self, [&](XmlParser& parser) { start_element(parser, name, attributes); });
    }
    static void start_element(XmlParser& parser, const XML_Char* name, const XML_Char** attributes) {
        if (++parser.depth_ > kMaxDepth)
            return parser.refuse(fmt::format("elements are nested deeper than {}", kMaxDepth));
        std::string_view uri;
        std::string_view local = name;
        if (const auto end = local.find(kSeparator); end != std::string_view::npos) {
            uri = local.substr(0, end);
            local.remove_prefix(end + 1);
        }
        parser.handler_->start_element(uri, local, XmlAttributes(attributes));
    }
    static void end(void* self, const XML_Char*) {
        guarded(self, [](XmlParser& parser) {
            --parser.depth_;
            parser.handler_->end_element();
        });
    }
    static void text(void* self, const XML_Char* piece, int length) {
        guarded(self, [&](XmlParser& parser) {
            parser.handler_->text({piece, static_cast<std::size_t>(length)});
        });
    }
    static void document_type(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
        guarded(self, [](XmlParser& parser) {
            parser.refuse("a document type declaration (<!DOCTYPE) is not accepted");
        });
    }
    static void namespace_declaration(void* self, const XML_Char*, const XML_Char* uri) {
        guarded(self, [uri](XmlParser& parser) {
            if (uri == nullptr || std::strlen(uri) <= kMaxNamespaceBytes) return;
            parser.refuse(fmt::format("the name of a namespace is longer than {} bytes", kMaxNamespaceBytes));
        });
    }
    // expat accepts anything as a version, and any encoding behind the byte order mark of UTF-8. The mark is
    // believed, and another encoding is passed over if UTF-8 could have been taken for it.
    static void declaration(void* self, const XML_Char* version, const XML_Char* encoding, int) {
        guarded(self, [version, encoding](XmlParser& parser) {
            const std::string_view text = version == nullptr ? "1.0" : version;
            const bool is_version = text.size() > 2 && text.starts_with("1.") &&
                                    text.find_first_not_of("0123456789", 2) == std::string_view::npos;
            if (!is_version) parser.refuse(fmt::format("{} is no version of XML", quoted(text)));
            if (encoding == nullptr || parser.is_encoding_given_ || !parser.scan_.has_utf8_mark()) return;
            if (::strcasecmp(encoding, "UTF-8") == 0) return;
            if (parser.is_mark_believed_ && has_single_bytes(encoding)) return;
            parser.refuse(
                fmt::format("it begins as UTF-8 does, but declares the encoding {}", quoted(encoding)));
        });
    }
    static int encoding(void* self, const XML_Char* name, XML_Encoding* encoding) {
        int status = XML_STATUS_ERROR;
        guarded(self, [&](XmlParser& parser) {
            const auto characters = single_byte_encoding(name);
            if (!characters) {
                parser.unknown_encoding_ = name;
                return;
            }
            std::copy(characters->begin(), characters->end(), encoding->map);
            encoding->data = nullptr;
            encoding->convert = nullptr;
            encoding->release = nullptr;
            status = XML_STATUS_OK;
        });
        return status;
    }
};

void XmlParser::Free::operator()(XML_ParserStruct* parser) const noexcept {
    XML_ParserFree(parser);
}

XmlParser::XmlParser() = default;
XmlParser::~XmlParser() = default;

bool XmlParser::make() {
    const char separator[] = {kSeparator, '\0'};
    parser_.reset(XML_ParserCreate_MM(nullptr, &kMemory, separator));
    if (!parser_ && !xml_memory_was_exhausted()) throw std::bad_alloc();
    return parser_ != nullptr;
}

bool XmlParser::make_new(const char* encoding) {
    if (!parser_ || XML_ParserReset(parser_.get(), nullptr) == XML_FALSE) {
        if (!make()) return false;
    }
    if (encoding == nullptr || XML_SetEncoding(parser_.get(), encoding) == XML_STATUS_OK) return true;
    if (!xml_memory_was_exhausted()) throw std::bad_alloc();
    return false;
}

void XmlParser::begin(XmlHandler& handler, const char* encoding) {
    bound_xml_memory(kMaxMemory);
    if (parser_ && xml_memory_in_use() > kKeptMemory) parser_.reset();
    handler_ = &handler;
    depth_ = 0;
    fed_ = 0;
    room_ = nullptr;
    scan_.begin();
    is_encoding_given_ = encoding != nullptr;
    is_mark_believed_ = false;
    fault_.clear();
    is_out_of_memory_ = false;
    unknown_encoding_.clear();
    make_new(encoding) ? set_callbacks() : set_memory_fault();
}

void XmlParser::set_callbacks() noexcept {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), Callbacks::start, Callbacks::end);
    XML_SetStartNamespaceDeclHandler(parser_.get(), Callbacks::namespace_declaration);
    XML_SetXmlDeclHandler(parser_.get(), Callbacks::declaration);
    XML_SetStartDoctypeDeclHandler(parser_.get(), Callbacks::document_type);
    XML_SetUnknownEncodingHandler(parser_.get(), Callbacks::encoding, this);
}

std::span<char> XmlParser::room() {
    if (!fault_.empty()) return {};
    room_ = static_cast<char*>(XML_GetBuffer(parser_.get(), static_cast<int>(kChunkBytes)));
    if (room_ != nullptr) return {room_, kChunkBytes};
    if (!xml_memory_was_exhausted()) throw std::bad_alloc();
    set_memory_fault();
    return {};
}

bool XmlParser::parse(std::size_t bytes, bool is_last) {
    if (!fault_.empty()) return false;
    if (!is_encoding_given_ && bytes > 0 && !scan_.add({room_, bytes})) {
        refuse("not well-formed XML: in UTF-16, a surrogate stands alone");
        return false;
    }
    if (!is_encoding_given_ && fed_ == 0 && scan_.has_utf8_mark())
        is_mark_believed_ = XML_SetEncoding(parser_.get(), "UTF-8") == XML_STATUS_OK;
    fed_ += bytes;
    if (XML_ParseBuffer(parser_.get(), static_cast<int>(bytes), is_last ? 1 : 0) != XML_STATUS_OK) {
        set_fault();
    } else if (!is_last && is_token_too_long()) {
        refuse(fmt::format("a tag, comment or instruction is longer than {} bytes", kMaxTokenBytes));
    }
    return fault_.empty();
}

bool XmlParser::parse(std::string_view piece) {
    while (!piece.empty() && fault_.empty()) {
        const std::span<char> to = room();
        if (to.empty()) break;
        const std::size_t bytes = piece.copy(to.data(), to.size());
        parse(bytes, false);
        piece.remove_prefix(bytes);
    }
    return fault_.empty();
}

// The parser stands at the first byte of what it has not finished.
bool XmlParser::is_token_too_long() const noexcept {
    const XML_Index at = XML_GetCurrentByteIndex(parser_.get());
    return at >= 0 && fed_ - static_cast<std::size_t>(at) > kMaxTokenBytes;
}

void XmlParser::want_text(bool wanted) noexcept {
    if (!parser_) return;
    XML_SetCharacterDataHandler(parser_.get(), wanted ? Callbacks::text : nullptr);
}

void XmlParser::refuse(std::string reason) {
    if (!fault_.empty()) return;
    fault_ = std::move(reason);
    if (!parser_) return;
    XML_ParsingStatus status;
    XML_GetParsingStatus(parser_.get(), &status);
    if (status.parsing == XML_PARSING) XML_StopParser(parser_.get(), XML_FALSE);
}

void XmlParser::set_memory_fault() {
    fault_ = fmt::format("it has too many different names: they need more than {} bytes", kMaxMemory);
}

void XmlParser::set_fault() {
    if (is_out_of_memory_) throw std::bad_alloc();
    if (!fault_.empty()) return;  // refuse() has stopped the parser
    const XML_Error error = XML_GetErrorCode(parser_.get());
    if (error == XML_ERROR_NO_MEMORY) {
        if (!xml_memory_was_exhausted()) throw std::bad_alloc();
        return set_memory_fault();
    }
    if (error == XML_ERROR_UNKNOWN_ENCODING && !unknown_encoding_.empty()) {
        fault_ = fmt::format("the encoding {} is not supported", quoted(unknown_encoding_));
        return;
    }
    fault_ =
        fmt::format("not well-formed XML at line {}, column {}: {}", XML_GetCurrentLineNumber(parser_.get()),
                    XML_GetCurrentColumnNumber(parser_.get()) + 1, describe(error));
}

}  // namespace pipeline

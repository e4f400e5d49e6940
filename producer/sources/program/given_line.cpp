// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/program/given_line.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "common/text/clean_text.hpp"

namespace pipeline {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostShown = 100;
constexpr const char* kPositions = "a position is a whole number from 0 to 9223372036854775807";

GivenLine wrong(std::string problem) {
    GivenLine line;
    line.problem = std::move(problem);
    return line;
}

// Reads a position: digits and nothing else.
std::optional<std::uint64_t> read_position(std::string_view text) noexcept {
    std::uint64_t position = 0;
    const char* const end = text.data() + text.size();
    const auto [behind, error] = std::from_chars(text.data(), end, position);
    if (text.empty() || error != std::errc() || behind != end || position > GivenLine::kLastPosition)
        return std::nullopt;
    return position;
}

// Returns the bytes of a text in base64 (RFC 4648, section 4); none if it is not such a text.
std::optional<std::string> from_base64(std::string_view text) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_padding = i >= text.size() - padding;
        const auto digit = is_padding ? 0 : kDigits.find(text[i]);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = bits << 6U | static_cast<std::uint32_t>(digit);
        if (i % 4 != 3) continue;
        for (const unsigned shift : {16U, 8U, 0U}) bytes += static_cast<char>(bits >> shift & 0xffU);
        bits = 0;
    }
    bytes.resize(bytes.size() - padding);
    return bytes;
}

// Receives the parser's events (nlohmann's SAX interface). It keeps the known members of the outermost
// object, and skips everything else.
class GivenReader : public nlohmann::json_sax<Json> {
  public:
    [[nodiscard]] GivenLine line(bool is_cut) && {
        // A body that is too long is left out; what stands before it is enough to record that.
        const bool is_in_body = depth_ == 1 && (key_ == "body" || key_ == "body_base64");
        if (is_cut && is_in_body && has_id_ && has_position_) {
            line_.is_body_cut = true;
            line_.body.reset();
            no_line_.clear();
        } else if (is_cut) {
            return wrong("JSON that is too long: the members position and id belong before body");
        }
        if (!no_line_.empty()) return wrong(std::move(no_line_));
        if (!has_position_) return wrong(std::string("a JSON object without position: ") + kPositions);
        if (!has_id_) return wrong("a JSON object without id");
        line_.kind = GivenLine::Kind::Invoice;
        return std::move(line_);
    }

    bool null() override { return is_unknown() || refuse("is null"); }
    bool boolean(bool) override { return is_unknown() || refuse("is true or false"); }
    bool number_integer(number_integer_t) override { return take_number(std::nullopt); }
    bool number_unsigned(number_unsigned_t value) override { return take_number(value); }
    bool number_float(number_float_t, const string_t&) override { return take_number(std::nullopt); }
    bool string(string_t& text) override { return is_unknown() || take_text(text); }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return enter(); }
    bool start_array(std::size_t) override { return enter(); }
    bool key(string_t& key) override {
        if (depth_ != 1) return true;
        key_ = key;
        if (is_unknown() && line_.unknown_key.empty()) line_.unknown_key = pipeline::quoted(key_);
        return true;
    }
    bool end_object() override { return leave(); }
    bool end_array() override { return leave(); }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        no_line_ = fmt::format("JSON that is malformed at byte {}", position);
        return false;
    }

  private:
    [[nodiscard]] bool is_unknown() const noexcept {
        return depth_ != 1 || (key_ != "position" && key_ != "id" && key_ != "id_base64" && key_ != "body" &&
                               key_ != "body_base64");
    }
    bool refuse(const char* what) {
        no_line_ = fmt::format("a JSON object whose {} {}", key_, what);
        return false;
    }
    bool enter() {
        if (depth_ == 1 && !is_unknown()) return refuse("is no text and no number");
        ++depth_;
        return true;
    }
    bool leave() {
        --depth_;
        return true;
    }
    bool take_number(std::optional<std::uint64_t> value) {
        if (is_unknown()) return true;
        if (key_ != "position") return refuse("is a number: a text is accepted");
        return take_position(value && *value <= GivenLine::kLastPosition ? value : std::nullopt);
    }
    bool take_position(std::optional<std::uint64_t> position) {
        if (!position) return refuse((std::string("is no position: ") + kPositions).c_str());
        line_.position = *position;
        return has_position_ = true;
    }
    bool take_text(string_t& text) {
        if (key_ == "position") return take_position(read_position(text));
        if (key_ == "id") {
            line_.id = std::move(text);
            return has_id_ = true;
        }
        if (key_ == "body") {
            line_.body = std::move(text);
            return true;
        }
        auto bytes = from_base64(text);
        if (!bytes) return refuse("is not in base64");
        if (key_ == "body_base64") {
            line_.body = std::move(bytes);
            return true;
        }
        line_.id = std::move(*bytes);
        return has_id_ = true;
    }

    GivenLine line_;
    std::string no_line_;
    std::string key_;
    std::size_t depth_ = 0;
    bool has_position_ = false;
    bool has_id_ = false;
};

GivenLine read_json(const ProgramLines::Line& line) {
    GivenReader reader;
    const auto end = line.text.data() + line.text.size();
    static_cast<void>(Json::sax_parse(line.text.data(), end, &reader));
    return std::move(reader).line(line.is_cut());
}

}  // namespace

GivenLine read_given_line(const ProgramLines::Line& line) {
    std::string_view text = line.text;
    if (!line.is_cut() && text.ends_with('\r')) text.remove_suffix(1);
    GivenLine given;
    if (text.empty()) {
        given.kind = GivenLine::Kind::Nothing;
        return given;
    }
    const auto first = text.find_first_not_of(" \t");
    if (first != std::string_view::npos && text[first] == '{') return read_json(line);
    const auto tab = text.find('\t');
    if (tab == std::string_view::npos) return wrong("it has no TAB: " + pipeline::quoted(text, kMostShown));
    const auto position = read_position(text.substr(0, tab));
    if (!position)
        return wrong(fmt::format("{}: it begins with {}", kPositions,
                                 pipeline::quoted(text.substr(0, tab), kMostShown)));
    given.kind = GivenLine::Kind::Invoice;
    given.position = *position;
    given.id = text.substr(tab + 1);
    given.is_id_cut = line.is_cut();
    return given;
}

}  // namespace pipeline

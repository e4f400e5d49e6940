// SPDX-License-Identifier: Apache-2.0
#include "common/spec/placeholders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "common/spec/shell_text.hpp"

namespace pipeline {
namespace {

using Known = std::pair<std::string_view, Placeholder>;

constexpr std::array<Known, 10> kKnown = {{{"{}", Placeholder::Id},
                                           {"{id}", Placeholder::Id},
                                           {"{path}", Placeholder::Path},
                                           {"{attempt}", Placeholder::Attempt},
                                           {"{/}", Placeholder::Name},
                                           {"{//}", Placeholder::Folder},
                                           {"{.}", Placeholder::Stem},
                                           {"{/.}", Placeholder::NameStem},
                                           {"{#}", Placeholder::Position},
                                           {"{%}", Placeholder::Slot}}};
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kSigns = "0123456789+-./#%";  // of the replacement strings of GNU parallel
// The statements of awk that are one word.
constexpr std::array<std::string_view, 5> kAwk = {"print", "next", "nextfile", "exit", "getline"};

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_in_name(char c) noexcept {
    return is_letter(c) || (c >= '0' && c <= '9');
}

Placeholder find_known(std::string_view braces) noexcept {
    const auto* const found = std::find_if(kKnown.begin(), kKnown.end(),
                                           [braces](const Known& known) { return known.first == braces; });
    return found == kKnown.end() ? Placeholder::None : found->second;
}

// True for "1..9".
bool is_range(std::string_view text) noexcept {
    const auto dots = text.find("..");
    if (dots == std::string_view::npos) return false;
    const auto is_number = [](std::string_view number) {
        return !number.empty() && number.find_first_not_of(kDigits) == std::string_view::npos;
    };
    return is_number(text.substr(0, dots)) && is_number(text.substr(dots + 2));
}

// True if `inside`, which stands between braces, makes them look like a placeholder.
bool looks_meant(std::string_view inside) noexcept {
    if (inside.empty()) return true;
    if (!is_letter(inside.front()))
        return inside.find_first_not_of(kSigns) == std::string_view::npos && !is_range(inside);
    return std::all_of(inside.begin(), inside.end(), [](char c) { return is_in_name(c) || c == '-'; }) &&
           std::find(kAwk.begin(), kAwk.end(), inside) == kAwk.end();
}

// Returns the braces at the beginning of `text`, with what is in them, if they look like a placeholder;
// otherwise an empty text.
std::string_view leading_braces(std::string_view text) noexcept {
    if (!text.starts_with('{')) return {};
    const auto end = text.find('}');
    if (end == std::string_view::npos || !looks_meant(text.substr(1, end - 1))) return {};
    return text.substr(0, end + 1);
}

// True if braces behind `before` belong to it: %{word}, HEAD@{1}, [a-z]{4}, (ab){2}, $hash->{key},
// $name{key}, \d{4}, \section{word}.
bool takes_braces(std::string_view before) noexcept {
    constexpr std::string_view kTaking = "$%@])\\";
    constexpr std::string_view kTakingBehindName = "$\\";
    if (before.ends_with("->")) return true;
    if (!before.empty() && kTaking.find(before.back()) != std::string_view::npos) return true;
    while (!before.empty() && is_in_name(before.back())) before.remove_suffix(1);
    return !before.empty() && kTakingBehindName.find(before.back()) != std::string_view::npos;
}

std::string all_known() {
    std::string text;
    for (const auto& [braces, placeholder] : kKnown) {
        if (!text.empty()) text += ' ';
        text += braces;
    }
    return text;
}

class Pieces {
  public:
    void add_text(std::string_view text) {
        if (pieces_.empty() || pieces_.back().placeholder != Placeholder::None) pieces_.emplace_back();
        pieces_.back().text += text;
    }
    void add(Placeholder placeholder, std::string_view braces) {
        pieces_.push_back({placeholder, std::string(braces)});
    }
    std::vector<ArgumentPiece> take() { return std::move(pieces_); }

  private:
    std::vector<ArgumentPiece> pieces_;
};

}  // namespace

std::vector<ArgumentPiece> split_argument(std::string_view argument) {
    Pieces pieces;
    std::size_t at = 0;
    while (at < argument.size()) {
        const std::string_view before = argument.substr(0, at);
        const std::string_view rest = argument.substr(at);
        const auto literal = rest.starts_with("{{") ? leading_braces(rest.substr(1)) : std::string_view();
        if (!literal.empty() && rest.substr(1 + literal.size()).starts_with('}')) {
            pieces.add_text(literal);
            at += literal.size() + 2;
            continue;
        }
        const auto braces = leading_braces(rest);
        const Placeholder known = find_known(braces);
        if (known != Placeholder::None && (!before.ends_with('$') || braces == "{}")) {
            pieces.add(known, braces);
            at += braces.size();
            continue;
        }
        if (!braces.empty() && known == Placeholder::None && !takes_braces(before)) {
            throw std::invalid_argument(
                fmt::format("{0} is no placeholder: {1} are accepted, and {{{0}}} for the text {0}", braces,
                            all_known()));
        }
        pieces.add_text(rest.substr(0, 1));
        ++at;
    }
    return pieces.take();
}

void check_placeholders(const std::vector<std::string>& command) {
    const auto text = find_shell_text(command);
    for (std::size_t i = 1; i < command.size(); ++i) {
        for (const ArgumentPiece& piece : split_argument(command[i])) {
            if (i != text || !shows_id(piece.placeholder)) continue;
            throw std::invalid_argument(fmt::format(
                "a shell reads the text with {0} and would act on what is in the id: {0} is "
                "accepted behind the text, which has it as \"$1\", as in sh -c 'echo \"$1\"' sh {0}",
                piece.text));
        }
    }
}

}  // namespace pipeline

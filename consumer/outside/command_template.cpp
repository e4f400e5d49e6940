// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/command_template.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "consumer/work/invoice_path.hpp"

namespace pipeline {
namespace {

bool has_placeholder(const std::vector<ArgumentPiece>& word) {
    return std::any_of(word.begin(), word.end(),
                       [](const ArgumentPiece& piece) { return piece.placeholder != Placeholder::None; });
}

std::string_view name_of(std::string_view id) noexcept {
    return id.substr(id.rfind('/') + 1);
}

// As dirname(1): slashes at the end do not count.
std::string_view folder_of(std::string_view id) noexcept {
    const auto last = id.find_last_not_of('/');
    if (last == std::string_view::npos) return id.empty() ? "." : "/";
    const auto slash = id.substr(0, last + 1).rfind('/');
    if (slash == std::string_view::npos) return ".";
    const auto end = id.substr(0, slash + 1).find_last_not_of('/');
    return end == std::string_view::npos ? "/" : id.substr(0, end + 1);
}

// As in GNU parallel: an extension has a character behind its point, and the point may be the first
// character.
std::string_view stem_of(std::string_view id) noexcept {
    const auto mark = id.find_last_of("./");
    if (mark == std::string_view::npos || id[mark] == '/' || mark + 1 == id.size()) return id;
    return id.substr(0, mark);
}

}  // namespace

CommandTemplate::CommandTemplate(const std::vector<std::string>& words, std::filesystem::path directory,
                                 std::uint32_t place)
    : directory_(std::move(directory)), place_(place) {
    words_.reserve(words.size() + 1);
    for (const std::string& word : words) {
        words_.push_back(words_.empty() ? std::vector{ArgumentPiece{Placeholder::None, word}}
                                        : split_argument(word));
    }
    if (std::none_of(words_.begin(), words_.end(), has_placeholder))
        words_.push_back({{Placeholder::Id, "{}"}});
    filled_.resize(words_.size());
}

const std::vector<std::string>& CommandTemplate::fill(const Acquired& invoice, std::uint32_t attempt) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
        filled_[i].clear();
        for (const ArgumentPiece& piece : words_[i]) filled_[i] += value_of(piece, invoice, attempt);
    }
    return filled_;
}

std::string CommandTemplate::value_of(const ArgumentPiece& piece, const Acquired& invoice,
                                      std::uint32_t attempt) const {
    switch (piece.placeholder) {
        case Placeholder::None:
            return piece.text;
        case Placeholder::Id:
            return std::string(invoice.id);
        case Placeholder::Path:
            return invoice_path(directory_, invoice.id);
        case Placeholder::Attempt:
            return std::to_string(attempt);
        case Placeholder::Name:
            return std::string(name_of(invoice.id));
        case Placeholder::Folder:
            return std::string(folder_of(invoice.id));
        case Placeholder::Stem:
            return std::string(stem_of(invoice.id));
        case Placeholder::NameStem:
            return std::string(stem_of(name_of(invoice.id)));
        case Placeholder::Position:
            return std::to_string(static_cast<std::int64_t>(invoice.position));  // as the ledger stores it
        case Placeholder::Slot:
            return std::to_string(place_ + 1);
    }
    return {};
}

}  // namespace pipeline

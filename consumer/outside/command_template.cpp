// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/command_template.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "consumer/work/invoice_path.hpp"

namespace pipeline {
namespace {

constexpr std::array<std::string_view, 4> kPlaces = {"{}", "{id}", "{path}", "{attempt}"};

bool has_place(const std::string& word) {
    return std::any_of(kPlaces.begin(), kPlaces.end(),
                       [&word](std::string_view place) { return word.find(place) != std::string::npos; });
}

}  // namespace

CommandTemplate::CommandTemplate(std::vector<std::string> words, std::filesystem::path directory)
    : words_(std::move(words)), directory_(std::move(directory)) {
    if (std::none_of(words_.begin(), words_.end(), has_place)) words_.emplace_back("{}");
    filled_.resize(words_.size());
}

const std::vector<std::string>& CommandTemplate::fill(std::string_view id, std::uint32_t attempt) {
    const std::array<std::string, 4> values = {std::string(id), std::string(id), invoice_path(directory_, id),
                                               std::to_string(attempt)};
    for (std::size_t i = 0; i < words_.size(); ++i) {
        std::string& filled = filled_[i];
        filled.clear();
        std::string_view rest = words_[i];
        while (!rest.empty()) {
            const auto brace = rest.find('{');
            filled += rest.substr(0, brace);
            if (brace == std::string_view::npos) break;
            rest.remove_prefix(brace);
            const auto place = std::find_if(kPlaces.begin(), kPlaces.end(),
                                            [rest](std::string_view one) { return rest.starts_with(one); });
            if (place == kPlaces.end()) {
                filled += '{';
                rest.remove_prefix(1);
            } else {
                filled += values[static_cast<std::size_t>(place - kPlaces.begin())];
                rest.remove_prefix(place->size());
            }
        }
    }
    return filled_;
}

}  // namespace pipeline

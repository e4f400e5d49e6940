// SPDX-License-Identifier: Apache-2.0
#include "common/spec/nearest.hpp"

#include <algorithm>
#include <cstddef>

namespace pipeline {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

// Returns the optimal string alignment distance: how many letters to insert, delete, replace or exchange with
// the next letter to turn one text into the other.
std::size_t mistakes(std::string_view one, std::string_view other) {
    std::vector<std::size_t> before(other.size() + 1);  // row i - 2 of the table; `last` is row i - 1
    std::vector<std::size_t> last(other.size() + 1);
    for (std::size_t j = 0; j < last.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= one.size(); ++i) {
        std::vector<std::size_t> row(other.size() + 1);
        row[0] = i;
        for (std::size_t j = 1; j <= other.size(); ++j) {
            const bool same = one[i - 1] == other[j - 1];
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            const bool exchanged = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            if (exchanged) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = std::move(last);
        last = std::move(row);
    }
    return last.back();
}

}  // namespace

std::string nearest(std::string_view written, const std::vector<std::string>& words) {
    constexpr std::size_t kShortest = 3;  // a shorter text is near to almost every word
    constexpr std::size_t kLongest = 64;  // a longer text is not a misspelt word
    constexpr std::size_t kShortWord = 4;
    if (written.size() < kShortest || written.size() > kLongest) return {};
    const std::string wanted = lower(written);
    std::string found;
    std::size_t least = (wanted.size() > kShortWord ? 2 : 1) + 1;
    for (const std::string& word : words) {
        const std::size_t off = word.starts_with(wanted) ? 0 : mistakes(wanted, word);
        if (off >= least) continue;
        least = off;
        found = word;
    }
    return found;
}

}  // namespace pipeline

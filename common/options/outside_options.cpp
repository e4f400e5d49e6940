// SPDX-License-Identifier: Apache-2.0
#include "common/options/outside_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "common/core/layout.hpp"
#include "common/options/shared_options.hpp"
#include "common/spec/byte_size.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kLeastInvoice = std::uint64_t{1} << 10U;
constexpr std::uint64_t kLeastMemory = std::uint64_t{1} << 20U;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 50U;
constexpr std::uint32_t kMostItems = 1'000'000'000;

template <class Value>
using Word = std::pair<std::string_view, Value>;
constexpr std::array<Word<RequestForm>, 3> kRequestForms{
    {{"id", RequestForm::Id}, {"json", RequestForm::Json}, {"raw", RequestForm::Raw}}};
constexpr std::array<Word<InputForm>, 2> kStandardInputs{
    {{"none", InputForm::None}, {"body", InputForm::Body}}};

constexpr std::array<Word<SameNumber>, 3> kSameNumbers{
    {{"book", SameNumber::Book}, {"mark", SameNumber::Mark}, {"reject", SameNumber::Reject}}};

template <class Words>
auto value_of(const Words& words, std::string_view text, const char* accepted) {
    for (const auto& [word, value] : words) {
        if (word == text) return value;
    }
    throw std::invalid_argument(accepted);
}

template <class Words, class Value>
std::string word_of(const Words& words, Value value) {
    const auto found =
        std::find_if(words.begin(), words.end(), [value](const auto& word) { return word.second == value; });
    return std::string(found->first);
}

CommandOption request_option(RequestForm& field) {
    return with_words(value_option(
                          "request", "FORM", "what exec: is sent: id, json or raw", field,
                          [](std::string_view text) {
                              return value_of(kRequestForms, text, "id, json or raw is accepted");
                          },
                          [](RequestForm form) { return word_of(kRequestForms, form); }),
                      {"id", "json", "raw"});
}

CommandOption standard_input_option(InputForm& field) {
    return with_words(
        value_option(
            "stdin", "WHAT", "that each: reads: none or body", field,
            [](std::string_view text) { return value_of(kStandardInputs, text, "none or body is accepted"); },
            [](InputForm input) { return word_of(kStandardInputs, input); }),
        {"none", "body"});
}

CommandOption memory_limit_option(std::uint64_t& field) {
    return value_option(
        "memory-limit", "SIZE", "for an invoice, from 1MiB, 0: no limit", field,
        [](std::string_view text) { return parse_byte_size(text, kLeastMemory, kMostMemory); },
        byte_size_text);
}

CommandOption invoice_max_size_option(std::uint64_t& field) {
    return value_option(
        "invoice-max-size", "SIZE", "largest file for invoice, from 1KiB", field,
        [](std::string_view text) { return parse_byte_count(text, kLeastInvoice, kMostMemory); },
        byte_size_text);
}

CommandOption same_number_option(SameNumber& field) {
    return with_words(value_option(
                          "same-number", "HOW", "one booked before: book, mark or reject", field,
                          [](std::string_view text) {
                              return value_of(kSameNumbers, text, "book, mark or reject is accepted");
                          },
                          [](SameNumber how) { return word_of(kSameNumbers, how); }),
                      {"book", "mark", "reject"});
}

}  // namespace

std::vector<CommandOption> outside_options(OutsideOptions& fields) {
    return {request_option(fields.request),
            count_option("pipeline", fmt::format("requests ahead of exec:'s answer, 1 to {}", kMaxBatch),
                         fields.pipeline, 1, kMaxBatch),
            duration_option("start-timeout", "until exec: reads an id, 0: no limit", fields.start_timeout,
                            std::chrono::milliseconds(1), std::chrono::hours(24 * 365), true),
            memory_limit_option(fields.memory_limit),
            count_option("max-items-per-child", "then exec: is started anew, 0: never",
                         fields.max_items_per_child, 0, kMostItems),
            standard_input_option(fields.standard_input),
            switch_option("keep-output", "of each:, in the ledger, up to 64 KiB", fields.keep_output),
            invoice_max_size_option(fields.invoice_max_size),
            same_number_option(fields.same_number),
            switch_option("isolate", "run invoice in processes of its own", fields.isolate),
            switch_option("confine", "keep programs from segments and ledger (Landlock)", fields.confine)};
}

}  // namespace pipeline

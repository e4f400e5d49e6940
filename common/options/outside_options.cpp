// SPDX-License-Identifier: Apache-2.0
#include "common/options/outside_options.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

#include "common/core/layout.hpp"
#include "common/options/shared_options.hpp"
#include "common/spec/byte_size.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kLeastMemory = std::uint64_t{1} << 20U;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 50U;
constexpr std::uint32_t kMostItems = 1'000'000'000;

CommandOption request_option(RequestForm& field) {
    return with_words(
        value_option(
            "request", "FORM", "what exec: is sent: id or json", field,
            [](std::string_view text) {
                if (text == "id") return RequestForm::Id;
                if (text == "json") return RequestForm::Json;
                throw std::invalid_argument("id or json is accepted");
            },
            [](RequestForm form) { return std::string(form == RequestForm::Json ? "json" : "id"); }),
        {"id", "json"});
}

CommandOption memory_limit_option(std::uint64_t& field) {
    return value_option(
        "memory-limit", "SIZE", "for an invoice, from 1MiB, 0: no limit", field,
        [](std::string_view text) { return parse_byte_size(text, kLeastMemory, kMostMemory); },
        byte_size_text);
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
            switch_option("isolate", "run ubl in processes of its own", fields.isolate),
            switch_option("confine", "keep programs from segments and ledger (Landlock)", fields.confine)};
}

}  // namespace pipeline

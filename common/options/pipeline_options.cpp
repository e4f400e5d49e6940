// SPDX-License-Identifier: Apache-2.0
#include "common/options/pipeline_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/cli/help.hpp"
#include "common/core/layout.hpp"
#include "common/spec/values.hpp"

namespace pipeline {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::uint32_t kMostAttempts = 255;  // an item counts its attempts in one byte

// Returns the text of a SourceSpec, ProcessSpec or LedgerSpec.
template <class Spec>
std::string spec_text(const Spec& spec) {
    return spec.text();
}

CommandOption source_option(SourceSpec& field) {
    return with_words(
        value_option("source", "SPEC", wrapped(source_forms()), field, parse_source, spec_text<SourceSpec>),
        source_words());
}

CommandOption origin_option(std::string& field) {
    return value_option("origin", "NAME", "names this source among those of a shared ledger", field,
                        parse_name, [](const std::string& name) {
                            return name.empty() ? std::nullopt : std::optional<std::string>(name);
                        });
}

CommandOption every_option(std::optional<std::chrono::nanoseconds>& field) {
    return value_option(
        "every", "TIME", "start an exec: source that has ended so often", field,
        [](std::string_view text) {
            return std::optional(parse_duration(text, milliseconds(10), hours(24)));
        },
        [](const std::optional<std::chrono::nanoseconds>& every) {
            return every ? std::optional(to_text(*every)) : std::nullopt;
        });
}

CommandOption process_option(ProcessSpec& field) {
    return with_words(value_option("process", "SPEC", wrapped(process_help()), field, parse_process,
                                   spec_text<ProcessSpec>),
                      process_words());
}

CommandOption ledger_option(LedgerSpec& field) {
    return with_words(
        value_option("ledger", "SPEC", wrapped(ledger_forms()), field, parse_ledger, spec_text<LedgerSpec>),
        ledger_words());
}

CommandOption rate_option(std::optional<double>& field) {
    return with_fallback(value_option("rate", "N/s", "at most N attempts begun a second", field, parse_rate,
                                      [](const std::optional<double>& rate) {
                                          return rate ? std::optional(rate_text(*rate)) : std::nullopt;
                                      }),
                         "no limit");
}

CommandOption batch_max_option(std::uint32_t& field) {
    return count_option("batch-max", fmt::format("invoices moved at a time, 1 to {}", kMaxBatch), field, 1,
                        kMaxBatch);
}

CommandOption max_attempts_option(std::uint32_t& field) {
    return count_option("max-attempts", fmt::format("times that an invoice is tried, 1 to {}", kMostAttempts),
                        field, 1, kMostAttempts);
}

// The options of one section of --help.
using Options = std::vector<CommandOption>;

Options what_to_do(const PipelineFields& fields) {
    Options options{source_option(fields.pipeline.source)};
    if (auto* work = fields.work) {
        options.push_back(process_option(work->process));
        options.push_back(ledger_option(work->ledger));
    }
    options.push_back(origin_option(fields.pipeline.origin));
    if (auto* source = fields.source) options.push_back(every_option(source->every));
    if (auto* source = fields.source)
        options.push_back(switch_option("once", "finish when the source has nothing more", source->once));
    options.push_back(rate_option(fields.pipeline.rate));
    return options;
}

Options limits(const PipelineFields& fields) {
    Options options{batch_max_option(fields.pipeline.batch_max)};
    if (auto* source = fields.source)
        options.push_back(bytes_option("body-max", "longest body of an invoice", source->body_max,
                                       kLeastBodyMax, kMostBodyMax));
    if (auto* work = fields.work) {
        options.push_back(duration_option("item-timeout", "longest work on an invoice, 0: no limit",
                                          work->item_timeout, milliseconds(1), hours(24 * 365), true));
        options.push_back(max_attempts_option(work->max_attempts));
        for (CommandOption& option : retry_options(work->retry)) options.push_back(std::move(option));
        options.push_back(duration_option("flush-interval", "longest wait for a flush, 1ms to 1h",
                                          work->flush_interval, milliseconds(1), hours(1)));
    }
    if (auto* source = fields.source) options.push_back(hold_for_option(source->hold_for));
    options.push_back(duration_option("drain-timeout", "longest drain, 1ms to 24h",
                                      fields.pipeline.drain_timeout, milliseconds(1), hours(24)));
    return options;
}

Options section_of(HelpSection section, const PipelineFields& fields) {
    switch (section) {
        case HelpSection::WhatToDo:
            return what_to_do(fields);
        case HelpSection::Spools:
            return fields.source != nullptr ? spool_options(fields.source->spool) : Options{};
        case HelpSection::Programs:
            return fields.work != nullptr ? outside_options(fields.work->outside) : Options{};
        case HelpSection::Limits:
            return limits(fields);
        case HelpSection::Places:
            return {name_option(fields.pipeline.name),
                    directory_option("shm-dir", "of shared memory, on a tmpfs", fields.pipeline.shm_dir)};
        case HelpSection::Other:
            return {log_level_option(fields.pipeline.log_level),
                    log_format_option(fields.pipeline.log_format)};
    }
    return {};
}

}  // namespace

std::vector<OptionGroup> pipeline_groups(const PipelineFields& fields, const HelpTitles& titles) {
    std::vector<OptionGroup> groups;
    for (std::size_t i = 0; i < titles.size(); ++i) {
        auto options = section_of(static_cast<HelpSection>(i), fields);
        if (options.empty()) continue;
        const bool is_new = std::none_of(groups.begin(), groups.end(),
                                         [&](const OptionGroup& group) { return group.title == titles[i]; });
        if (is_new) groups.push_back({std::string(titles[i]), {}});
        append(groups, titles[i], std::move(options));
    }
    return groups;
}

}  // namespace pipeline

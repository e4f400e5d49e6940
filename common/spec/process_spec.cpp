// SPDX-License-Identifier: Apache-2.0
#include "common/spec/process_spec.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

#include "common/spec/placeholders.hpp"
#include "common/spec/spec_rows.hpp"
#include "common/spec/values.hpp"
#include "common/spec/words.hpp"

namespace pipeline {
namespace {

using Files = ProcessTraits::Files;

// One row for each kind, in the order of ProcessSpec::Kind.
constexpr std::array<ProcessTraits, 5> kProcesses = {
    {{.kind = ProcessSpec::Kind::Invoice,
      .word = "invoice",
      .argument = SpecArgument::None,
      .forms = "invoice (or ubl)",
      .help = "invoice",
      .files = Files::MustRead,
      .is_long_lived = false},
     {.kind = ProcessSpec::Kind::None,
      .word = "none",
      .argument = SpecArgument::None,
      .forms = "none",
      .help = "none",
      .files = Files::None,
      .is_long_lived = false},
     {.kind = ProcessSpec::Kind::Simulate,
      .word = "simulate",
      .argument = SpecArgument::Duration,
      .forms = "simulate:DURATION|simulate:cpu=DURATION (DURATION such as 50us)",
      .help = "simulate:TIME, simulate:cpu=TIME",
      .files = Files::None,
      .is_long_lived = false},
     {.kind = ProcessSpec::Kind::Exec,
      .word = "exec",
      .argument = SpecArgument::Command,
      .forms = "exec:COMMAND",
      .help = "exec:COMMAND (ids)",
      .files = Files::MayRead,
      .is_long_lived = true},
     {.kind = ProcessSpec::Kind::Each,
      .word = "each",
      .argument = SpecArgument::Command,
      .forms = "each:COMMAND",
      .help = "each:COMMAND",
      .files = Files::MayRead,
      .is_long_lived = false}}};
static_assert(are_in_order(kProcesses));

std::vector<std::string> parse_filled_command(std::string_view text) {
    auto words = parse_command(text);
    check_placeholders(words);
    return words;
}

}  // namespace

const ProcessTraits& ProcessSpec::traits() const noexcept {
    return kProcesses[static_cast<std::size_t>(kind)];
}

bool ProcessSpec::is_program() const noexcept {
    return traits().argument == SpecArgument::Command;
}

ProcessSpec parse_process(std::string_view text) {
    constexpr std::string_view kBurn = "cpu=";
    constexpr std::string_view kFormerInvoice = "ubl";  // its name when it read UBL alone
    if (text == kFormerInvoice) text = "invoice";
    const auto found = match(kProcesses, text);
    if (found.row == nullptr) refuse(kProcesses);
    ProcessSpec spec;
    spec.kind = found.row->kind;
    if (found.row->argument == SpecArgument::Command) {
        spec.command = parse_after(found.row->word, found.argument,
                                   found.row->is_long_lived ? parse_command : parse_filled_command);
    } else if (found.row->argument == SpecArgument::Duration) {
        spec.burn = found.argument.starts_with(kBurn);
        const auto duration = read_duration(found.argument.substr(spec.burn ? kBurn.size() : 0));
        if (!duration) refuse(kProcesses);
        spec.duration = *duration;
    }
    return spec;
}

std::string ProcessSpec::text() const {
    std::string word(traits().word);
    if (is_program()) return word + ":" + join_words(command);
    if (traits().argument != SpecArgument::Duration) return word;
    return fmt::format("{}:{}{}", word, burn ? "cpu=" : "", to_text(duration));
}

std::vector<std::string> process_words() {
    return words_of(kProcesses);
}

std::string process_help() {
    std::vector<std::string_view> forms;
    forms.reserve(std::size(kProcesses));
    for (const ProcessTraits& row : kProcesses) forms.push_back(row.help);
    return join(forms, ", ");
}

std::string process_forms_where(bool (*fits)(const ProcessTraits&), std::string_view last) {
    return short_forms(kProcesses, fits, last);
}

}  // namespace pipeline

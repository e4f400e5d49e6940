// SPDX-License-Identifier: Apache-2.0
#include "common/spec/source_spec.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "common/base/digest.hpp"
#include "common/spec/spec_rows.hpp"
#include "common/spec/values.hpp"
#include "common/spec/words.hpp"

namespace pipeline {
namespace {

using Input = SourceTraits::Input;
using Ids = SourceTraits::Ids;
using End = SourceTraits::End;

// One row for each kind, in the order of SourceSpec::Kind.
constexpr std::array<SourceTraits, 9> kSources = {{{.kind = SourceSpec::Kind::Spool,
                                                    .word = "spool",
                                                    .argument = SpecArgument::Path,
                                                    .forms = "spool:DIR",
                                                    .noun = "a spool",
                                                    .input = Input::Folder,
                                                    .ids = Ids::FileNames,
                                                    .end = End::Never,
                                                    .is_ordered = false,
                                                    .can_repeat = true},
                                                   {.kind = SourceSpec::Kind::Lines,
                                                    .word = "lines",
                                                    .argument = SpecArgument::Path,
                                                    .forms = "lines:FILE",
                                                    .noun = "a list",
                                                    .input = Input::List,
                                                    .ids = Ids::Paths,
                                                    .end = End::MayGrow,
                                                    .is_ordered = true,
                                                    .can_repeat = true},
                                                   {.kind = SourceSpec::Kind::StandardInput,
                                                    .word = "lines:-",
                                                    .argument = SpecArgument::None,
                                                    .forms = "lines:- (stdin)",
                                                    .noun = "standard input",
                                                    .input = Input::StandardInput,
                                                    .ids = Ids::Paths,
                                                    .end = End::Certain,
                                                    .is_ordered = true,
                                                    .can_repeat = false},
                                                   {.kind = SourceSpec::Kind::NulLines,
                                                    .word = "lines0",
                                                    .argument = SpecArgument::Path,
                                                    .forms = "lines0:FILE",
                                                    .noun = "a list",
                                                    .input = Input::List,
                                                    .ids = Ids::Paths,
                                                    .end = End::MayGrow,
                                                    .is_ordered = true,
                                                    .can_repeat = true},
                                                   {.kind = SourceSpec::Kind::NulStandardInput,
                                                    .word = "lines0:-",
                                                    .argument = SpecArgument::None,
                                                    .forms = "lines0:-",
                                                    .noun = "standard input",
                                                    .input = Input::StandardInput,
                                                    .ids = Ids::Paths,
                                                    .end = End::Certain,
                                                    .is_ordered = true,
                                                    .can_repeat = false},
                                                   {.kind = SourceSpec::Kind::Sequence,
                                                    .word = "sequence",
                                                    .argument = SpecArgument::Count,
                                                    .forms = "sequence[:COUNT]",
                                                    .noun = "a sequence",
                                                    .input = Input::None,
                                                    .ids = Ids::Numbers,
                                                    .end = End::Certain,
                                                    .is_ordered = true,
                                                    .can_repeat = true},
                                                   {.kind = SourceSpec::Kind::Exec,
                                                    .word = "exec",
                                                    .argument = SpecArgument::Command,
                                                    .forms = "exec:COMMAND",
                                                    .noun = "a program",
                                                    .input = Input::Program,
                                                    .ids = Ids::Paths,
                                                    .end = End::Never,
                                                    .is_ordered = false,
                                                    .can_repeat = true},
                                                   {.kind = SourceSpec::Kind::Table,
                                                    .word = "table",
                                                    .argument = SpecArgument::Table,
                                                    .forms = "table:NAME",
                                                    .noun = "a table",
                                                    .input = Input::Queue,
                                                    .ids = Ids::Paths,
                                                    .end = End::Never,
                                                    .is_ordered = false,
                                                    .can_repeat = true,
                                                    .is_in_ledger = true},
                                                   {.kind = SourceSpec::Kind::Nats,
                                                    .word = "nats",
                                                    .argument = SpecArgument::Address,
                                                    .forms = "nats://HOST/STREAM/NAME",
                                                    .noun = "a consumer of NATS",
                                                    .input = Input::Queue,
                                                    .ids = Ids::Paths,
                                                    .end = End::Never,
                                                    .is_ordered = false,
                                                    .can_repeat = true}}};

static_assert(are_in_order(kSources));

constexpr std::uint64_t kMaxSequence = 1ULL << 40U;

// Throws for a text that is no source. If it is "-" or the path of something that exists, the message begins
// with the source that was most likely meant.
[[noreturn]] void refuse_source(std::string_view text) {
    std::string_view path = text;
    for (const std::string_view scheme : {"file://", "file:"}) {
        if (path.starts_with(scheme)) path.remove_prefix(scheme.size());
    }
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    const bool is_folder = std::filesystem::is_directory(status);
    if (text != "-" && !is_folder && !std::filesystem::exists(status)) refuse(kSources);
    const auto kind = is_folder ? SourceSpec::Kind::Spool : SourceSpec::Kind::Lines;
    throw std::invalid_argument(fmt::format("did you mean {}:{}? {} is accepted",
                                            kSources[static_cast<std::size_t>(kind)].word, path,
                                            all_forms(kSources)));
}

}  // namespace

const SourceTraits& SourceSpec::traits() const noexcept {
    return kSources[static_cast<std::size_t>(kind)];
}

SourceSpec parse_source(std::string_view text) {
    const auto found = match(kSources, text);
    if (found.row == nullptr) refuse_source(text);
    SourceSpec spec{found.row->kind, {}, std::nullopt};
    if (found.row->argument == SpecArgument::Path) {
        spec.path = parse_after(found.row->word, found.argument, parse_path);
    } else if (found.row->argument == SpecArgument::Command) {
        spec.command = parse_after(found.row->word, found.argument, parse_command);
    } else if (found.row->argument == SpecArgument::Address) {
        spec.nats = parse_after(found.row->word, found.argument, parse_nats_address);
    } else if (found.row->argument == SpecArgument::Table) {
        spec.table = parse_after(found.row->word, found.argument, parse_table_name);
    } else if (found.has_argument) {
        spec.count = parse_after(found.row->word, found.argument,
                                 [](std::string_view count) { return parse_count(count, 0, kMaxSequence); });
    }
    return spec;
}

std::string SourceSpec::name() const {
    constexpr std::size_t kDigits = 16;  // of 64: enough to tell the commands of a ledger apart
    if (traits().input == Input::Program) {
        if (!origin.empty()) return fmt::format("{}:{}", traits().word, origin);
        const std::string digest = to_text(Sha256().add(join_words(command)).digest());
        return fmt::format("{}:{}~{}", traits().word,
                           std::filesystem::path(command.front()).filename().native(),
                           digest.substr(0, kDigits));
    }
    if (kind == Kind::Nats) return fmt::format("{}:{}", traits().word, nats.name());
    if (kind == Kind::Table) return fmt::format("{}:{}", traits().word, table.text());
    const bool has_path = traits().argument == SpecArgument::Path;
    if (!has_path) return std::string(traits().word) + (origin.empty() ? "" : "@" + origin);
    return fmt::format("{}:{}{}{}", traits().word, origin.empty() ? "" : "//", origin, path.native());
}

std::string SourceSpec::text() const {
    if (!command.empty()) return fmt::format("{}:{}", traits().word, join_words(command));
    if (kind == Kind::Nats) return fmt::format("{}:{}", traits().word, nats.text());
    SourceSpec plain = *this;
    plain.origin.clear();
    return count ? fmt::format("{}:{}", plain.name(), *count) : plain.name();
}

std::string SourceSpec::shown() const {
    return command.empty() ? text() : name();
}

std::string name_without_origin(std::string_view name) {
    const auto colon = name.find(':');
    if (colon != std::string_view::npos && name.substr(colon + 1).starts_with("//")) {
        const auto path = std::min(name.find('/', colon + 3), name.size());
        return std::string(name.substr(0, colon + 1)) + std::string(name.substr(path));
    }
    for (const SourceTraits& row : kSources) {
        if (name.starts_with(row.word) && name.substr(row.word.size()).starts_with('@'))
            return std::string(row.word);
    }
    return std::string(name);
}

const SourceTraits* source_traits_of(std::string_view name) noexcept {
    for (const SourceTraits& row : kSources) {
        if (name.starts_with(row.word) && name.substr(row.word.size()).starts_with('@')) return &row;
    }
    return match(kSources, name).row;
}

std::optional<TableName> table_of_source(std::string_view name) {
    const auto found = match(kSources, name);
    if (found.row == nullptr || !found.row->is_in_ledger) return std::nullopt;
    return parse_table_name(found.argument);
}

std::vector<std::string> source_words() {
    return words_of(kSources);
}

std::string source_forms() {
    return all_forms(kSources);
}

std::string source_forms_where(bool (*fits)(const SourceTraits&)) {
    return short_forms(kSources, fits, " or ");
}

}  // namespace pipeline

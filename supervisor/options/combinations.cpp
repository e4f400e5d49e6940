// SPDX-License-Identifier: Apache-2.0
#include "supervisor/options/combinations.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "common/base/duration_text.hpp"
#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/core/layout.hpp"
#include "common/core/storage.hpp"
#include "common/spec/byte_size.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kKibibyte = 1024;
// The room for the id, which shares a span with the body.
constexpr std::uint64_t kBesideBody = 4 * kKibibyte;
// The room for the id, the result and the details of a record, rounded up.
constexpr std::uint64_t kBesideResult = 80 * kKibibyte;
static_assert(kBesideBody >= kMaxIdBytes && kBesideResult >= Storage::kMostBesideBody);

[[noreturn]] void usage(const std::string& message) {
    throw Failure(ExitStatus::Usage, message);
}

void refuse_unless(bool fits, std::string_view option, std::string_view accepted, const Options& options) {
    if (fits) return;
    usage(fmt::format("--{} does not go with --process {}: {}", option, in_quotes(options.process.text()),
                      accepted));
}

// Refuses options for programs outside (such as --isolate and --pipeline) that do not fit --process.
void check_outside(const Options& options) {
    const OutsideOptions& outside = options.outside;
    const bool is_program = options.process.is_program();
    const bool is_long_lived = options.process.traits().is_long_lived;
    const auto long_lived = [](const ProcessTraits& traits) { return traits.is_long_lived; };
    const auto program = [](const ProcessTraits& traits) { return traits.argument == SpecArgument::Command; };
    const std::string for_long_lived =
        process_forms_where(long_lived, ", ") + ", or --isolate, is accepted with it";
    refuse_unless(!outside.isolate || !is_program, "isolate", "a program is outside already", options);
    refuse_unless(outside.request == RequestForm::Id || is_long_lived, "request",
                  process_forms_where(long_lived) + " is accepted with it", options);
    refuse_unless(outside.pipeline == 1 || is_long_lived || outside.isolate, "pipeline", for_long_lived,
                  options);
    refuse_unless(outside.max_items_per_child == 0 || is_long_lived || outside.isolate, "max-items-per-child",
                  for_long_lived, options);
    refuse_unless(outside.start_timeout == kDefaultStartTimeout || is_long_lived || outside.isolate,
                  "start-timeout", for_long_lived, options);
    const bool is_each = is_program && !is_long_lived;
    const auto short_lived = [](const ProcessTraits& traits) {
        return traits.argument == SpecArgument::Command && !traits.is_long_lived;
    };
    const std::string for_each = process_forms_where(short_lived) + " is accepted with it";
    refuse_unless(outside.standard_input == InputForm::None || is_each, "stdin", for_each, options);
    refuse_unless(!outside.keep_output || is_each, "keep-output", for_each, options);
    refuse_unless(!outside.confine || is_program || outside.isolate, "confine",
                  process_forms_where(program, ", ") + ", or --isolate, is accepted with it", options);
    refuse_unless(
        outside.invoice_max_size == kDefaultInvoiceSize || options.process.kind == ProcessSpec::Kind::Invoice,
        "invoice-max-size", "invoice is accepted with it", options);
    refuse_unless(
        outside.same_number == SameNumber::Mark || options.process.kind == ProcessSpec::Kind::Invoice,
        "same-number", "invoice is accepted with it", options);
    if (outside.same_number == SameNumber::Reject && !options.ledger.keeps_rows())
        usage("--same-number reject needs a ledger: sqlite:FILE or postgresql://... is accepted with it");
    if (outside.pipeline > options.batch_max) {
        usage(fmt::format("--pipeline '{}' is more than --batch-max {}: at most as many are accepted",
                          outside.pipeline, options.batch_max));
    }
}

// Refuses a processor that cannot read what the source gives.
void check_process(const Options& options) {
    const SourceTraits& source = options.source.traits();
    const bool must_read = options.process.traits().files == ProcessTraits::Files::MustRead;
    if (!must_read || source.ids != SourceTraits::Ids::Numbers) return;
    usage(fmt::format("--process {} cannot read --source {}, which has no files: with {}, {} is accepted",
                      in_quotes(options.process.text()), in_quotes(options.source.shown()), source.noun,
                      process_forms_where([](const ProcessTraits& process) {
                          return process.files != ProcessTraits::Files::MustRead;
                      })));
}

// Refuses options that do not fit the kind of source.
void check_source(const Options& options) {
    const SourceTraits& traits = options.source.traits();
    const auto source = in_quotes(options.source.shown());
    if (options.from_start && !traits.is_ordered) {
        usage(fmt::format("--from-start does not go with --source {}, {}: {} is accepted with it", source,
                          traits.input == SourceTraits::Input::Program ? "whose program decides what it gives"
                          : traits.input == SourceTraits::Input::Queue
                              ? "whose server decides what it delivers"
                              : "which is looked through from its beginning always",
                          source_forms_where([](const SourceTraits& other) { return other.is_ordered; })));
    }
    if (traits.is_in_ledger && !options.ledger.is_shared()) {
        usage(fmt::format(
            "--source {} does not go with --ledger {}: the table is in the ledger's database, and "
            "postgresql://... is accepted with it",
            source, in_quotes(options.ledger.text())));
    }
    const bool is_program = traits.input == SourceTraits::Input::Program;
    const auto refuse_unless_program = [&](const char* option, bool is_given) {
        if (!is_given || is_program) return;
        usage(fmt::format("--{} does not go with --source {}: {} is accepted with it", option, source,
                          source_forms_where([](const SourceTraits& other) {
                              return other.input == SourceTraits::Input::Program;
                          })));
    };
    const bool is_of_host = options.ledger.is_shared() && !traits.gives_again();
    if (!is_of_host) refuse_unless_program("origin", !options.origin.empty());
    if (is_of_host && options.origin.empty()) {
        usage(
            fmt::format("--source {} needs --origin NAME with --ledger {}: other hosts may have a source of "
                        "that name, and NAME tells them apart",
                        source, in_quotes(options.ledger.text())));
    }
    if (options.ledger.is_shared() && !is_readable_utf8(options.source.name())) {
        usage(
            fmt::format("--source {} does not go with --ledger {}: a path that is UTF-8 is accepted with it",
                        source, in_quotes(options.ledger.text())));
    }
    refuse_unless_program("every", options.every.has_value());
    if (options.every && options.once) {
        usage(
            fmt::format("--every {} does not go with --once, which ends with the program: one of them is "
                        "accepted",
                        to_text(*options.every)));
    }
    const bool has_include = !options.spool.include.empty();
    const bool has_pattern = has_include || !options.spool.exclude.empty();
    if (has_pattern && traits.input != SourceTraits::Input::Folder) {
        usage(fmt::format("--spool-{} {} does not go with --source {}: {} is accepted with it",
                          has_include ? "include" : "exclude",
                          in_quotes(has_include ? options.spool.include : options.spool.exclude), source,
                          source_forms_where([](const SourceTraits& other) {
                              return other.input == SourceTraits::Input::Folder;
                          })));
    }
}

// Refuses a ledger that is the source's list. Refuses a ledger, locks or segments that a spool would take for
// invoices.
void check_places(const Options& options) {
    using Input = SourceTraits::Input;
    const Input input = options.source.traits().input;
    const auto source = in_quotes(options.source.shown());
    const bool has_file = options.ledger.has_file();
    if (has_file && input == Input::List && options.ledger.path == options.source.path) {
        usage(fmt::format("--ledger {} is the file of --source {}: another file is accepted",
                          in_quotes(options.ledger.text()), source));
    }
    if (input != Input::Folder) return;
    const bool is_hidden = options.ledger.path.filename().native().starts_with('.');
    if (has_file && !is_hidden && options.ledger.path.parent_path() == options.source.path) {
        usage(
            fmt::format("--ledger {} is in the directory of --source {} and would be taken for an invoice: "
                        "a file elsewhere is accepted",
                        in_quotes(options.ledger.text()), source));
    }
    const auto refuse_spool = [&](const char* option, const std::filesystem::path& path, const char* what) {
        if (path != options.source.path) return;
        usage(
            fmt::format("--{} {} is the directory of --source {} and its {} would be taken for invoices: "
                        "another directory is accepted",
                        option, in_quotes(path.native()), source, what));
    };
    refuse_spool("runtime-dir", options.runtime_dir, "locks");
    refuse_spool("shm-dir", options.shm_dir, "segments");
}

// Refuses a byte area in which an invoice might find no room for ever.
void check_bytes(const Options& options) {
    const auto refuse_less = [&](const char* option, std::uint64_t capacity, std::uint64_t least) {
        if (capacity >= least) return;
        usage(fmt::format("--{} {} is too small for --body-max {}: {} or more is accepted with it", option,
                          byte_size_text(capacity), byte_size_text(options.body_max), byte_size_text(least)));
    };
    refuse_less("body-capacity", options.body_capacity, least_body_capacity(options.body_max));
    refuse_less("result-capacity", options.result_capacity, least_result_capacity(options.body_max));
}

}  // namespace

void check_combination(const Options& options) {
    check_outside(options);
    check_process(options);
    check_source(options);
    check_places(options);
    check_bytes(options);
}

std::uint64_t least_body_capacity(std::uint64_t body_max) noexcept {
    return least_capacity_for(body_max + kBesideBody);
}

std::uint64_t least_result_capacity(std::uint64_t body_max) noexcept {
    return least_capacity_for(body_max + kBesideResult);
}

}  // namespace pipeline

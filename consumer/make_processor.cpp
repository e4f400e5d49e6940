// SPDX-License-Identifier: Apache-2.0
#include "consumer/make_processor.hpp"

#include <filesystem>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/os/confinement.hpp"
#include "common/os/program_path.hpp"
#include "consumer/invoice/invoice_processor.hpp"
#include "consumer/outside/each_processor.hpp"
#include "consumer/outside/exec_processor.hpp"
#include "consumer/outside/invoice_environment.hpp"
#include "consumer/work/invoice_path.hpp"
#include "consumer/work/simulate_processor.hpp"

namespace pipeline {
namespace {

// Returns the rule set (common/os/confinement.hpp) that keeps this consumer's children from the segments and
// the ledger; null if neither --isolate nor --confine is given. In addition, a processor of ours (--isolate)
// may write no file at all. If the kernel cannot confine processes: with --confine, throws Failure; with
// --isolate alone, logs that and returns null.
std::shared_ptr<const UniqueFd> confine(const ConsumerOptions& options) {
    if (!options.outside.isolate && !options.outside.confine) return nullptr;
    ConfinementPlan plan;
    plan.closed = {kSharedMemory, options.shm_dir};
    if (!options.ledger.path.empty()) plan.closed.push_back(options.ledger.path);
    plan.may_write = options.process.is_program();
    try {
        return std::make_shared<const UniqueFd>(make_rule_set(plan));
    } catch (const Failure& failure) {
        if (options.outside.confine) {
            throw Failure(failure.status(),
                          std::string("--confine is not possible here: ") + failure.what() +
                              "; leave it out, and programs can reach segments and ledger by name");
        }
        log(LogLevel::Info, "isolated processes are not confined: {}", failure.what());
        return nullptr;
    }
}

ProgramChild::Input input_of(InputForm input) noexcept {
    return input == InputForm::Body ? ProgramChild::Input::Body : ProgramChild::Input::Null;
}

ProgramChild::Setup program(const ConsumerOptions& options, ProgramChild::Input input) {
    const std::string& command = options.process.command.front();
    return {find_program(command, process_environment()), std::filesystem::path(command).filename(), input,
            options.outside.memory_limit, confine(options)};
}

std::unique_ptr<BatchProcessor> make_exec(const ConsumerOptions& options, ProgramChild::Setup setup,
                                          std::vector<std::string> arguments, RequestWriter requests,
                                          const std::shared_ptr<const SpoolFolder>& spool) {
    ExecPlan plan;
    plan.program = std::move(setup);
    plan.arguments = std::move(arguments);
    plan.pipeline = options.outside.pipeline;
    plan.max_items = options.outside.max_items_per_child;
    plan.limits = {options.item_timeout, options.outside.start_timeout};
    plan.is_ours = !options.process.is_program();
    plan.spool = spool;
    return std::make_unique<ExecProcessor>(std::move(plan), std::move(requests));
}

// Makes the processor for --isolate. Its child runs this same program, but answers requests
// (answer_requests()) instead of consuming.
std::unique_ptr<BatchProcessor> make_isolated(const ConsumerOptions& options,
                                              const std::shared_ptr<const SpoolFolder>& spool) {
    ConsumerOptions served = options;
    served.serve = true;
    served.cache_memory = 0;
    std::vector<std::string> arguments = to_arguments(served);
    arguments.insert(arguments.begin(), "consumer");
    return make_exec(options,
                     {"/proc/self/exe", options.process.text(), ProgramChild::Input::Pipe,
                      options.outside.memory_limit, confine(options)},
                     std::move(arguments), RequestWriter::with_positions(), spool);
}

}  // namespace

std::unique_ptr<Processor> make_processor(const ProcessSpec& spec, std::shared_ptr<const SpoolFolder> spool,
                                          Patience patience) {
    switch (spec.kind) {
        case ProcessSpec::Kind::Invoice:
            return std::make_unique<InvoiceProcessor>(std::move(spool), spec.max_file_bytes, patience);
        case ProcessSpec::Kind::None:
            return std::make_unique<NoneProcessor>();
        case ProcessSpec::Kind::Simulate:
            return std::make_unique<SimulateProcessor>(spec.duration, spec.burn);
        case ProcessSpec::Kind::Exec:
        case ProcessSpec::Kind::Each:
            break;
    }
    throw Failure(ExitStatus::Internal, "no such processor");
}

std::unique_ptr<BatchProcessor> make_batch_processor(const ConsumerOptions& options,
                                                     const std::shared_ptr<const SpoolFolder>& spool) {
    switch (options.process.kind) {
        case ProcessSpec::Kind::Exec: {
            ProgramChild::Setup setup = program(options, ProgramChild::Input::Pipe);
            setup.environment = InvoiceEnvironment(options.source.name(), options.place).of_program();
            return make_exec(options, std::move(setup), options.process.command,
                             RequestWriter(options.outside.request, options.source), spool);
        }
        case ProcessSpec::Kind::Each:
            return std::make_unique<EachProcessor>(
                EachPlan{program(options, input_of(options.outside.standard_input)), options.item_timeout,
                         spool, options.source.name(), options.place, options.outside.keep_output},
                CommandTemplate(options.process.command, invoice_directory(options.source), options.place));
        case ProcessSpec::Kind::Invoice:
        case ProcessSpec::Kind::None:
        case ProcessSpec::Kind::Simulate:
            break;
    }
    return options.outside.isolate ? make_isolated(options, spool) : nullptr;
}

}  // namespace pipeline

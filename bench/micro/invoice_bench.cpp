// SPDX-License-Identifier: Apache-2.0
// The invoice processor against what cannot be saved: reading the same file and parsing it with the same
// parser, expat.
#include <benchmark/benchmark.h>
#include <expat.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "consumer/make_processor.hpp"

namespace pipeline::bench {
namespace {

// The files in the directory INVOICES, or none.
std::vector<std::string> samples() {
    std::vector<std::string> paths;
    const char* const directory = std::getenv("INVOICES");
    if (directory == nullptr) return paths;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.path().extension() == ".xml") paths.push_back(entry.path());
    }
    return paths;
}

// Calls `read` for one sample after the other; it says whether all went well.
template <class Read>
void for_samples(benchmark::State& state, Read&& read) {
    const std::vector<std::string> paths = samples();
    if (paths.empty())
        return state.SkipWithError("INVOICES names no directory with *.xml (tools/make-invoices makes some)");
    std::size_t at = 0;
    for (auto _ : state) {
        if (!read(paths[at])) state.SkipWithError("a sample could not be read");
        at = at + 1 == paths.size() ? 0 : at + 1;
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void invoice_processor(benchmark::State& state) {
    const auto processor = make_processor(ProcessSpec{}, nullptr);
    Result result;
    for_samples(state, [&](const std::string& path) {
        processor->process(Acquired(path), result);
        return result.status != Status::Failed;
    });
}
BENCHMARK(invoice_processor);

// Reads a file and parses it with expat alone.
bool parse_alone(XML_Parser parser, const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return false;
    const auto bytes = static_cast<int>(status.st_size);
    void* const buffer = XML_GetBuffer(parser, bytes);
    if (buffer == nullptr || ::read(file.get(), buffer, static_cast<std::size_t>(bytes)) != bytes)
        return false;
    return XML_ParseBuffer(parser, bytes, 1) == XML_STATUS_OK;
}

// One parser for all files, as the processor has it, with handlers for elements.
void expat_alone(benchmark::State& state) {
    const XML_Parser parser = XML_ParserCreateNS(nullptr, '\x1f');
    for_samples(state, [parser](const std::string& path) {
        XML_ParserReset(parser, nullptr);
        XML_SetElementHandler(
            parser, [](void*, const XML_Char*, const XML_Char**) {}, [](void*, const XML_Char*) {});
        return parse_alone(parser, path);
    });
    XML_ParserFree(parser);
}
BENCHMARK(expat_alone);

}  // namespace
}  // namespace pipeline::bench

// SPDX-License-Identifier: Apache-2.0
// The ubl processor against what cannot be saved: reading the same file and parsing it with the same parser,
// pugixml, in the way that its documentation gives first (load_file) and its fastest way (load_buffer_inplace
// of what was read).
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "consumer/invoice/ubl_processor.hpp"
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

void ubl_processor(benchmark::State& state) {
    const auto processor = make_processor(ProcessSpec{}, nullptr);
    Result result;
    for_samples(state, [&](const std::string& path) {
        processor->process(Acquired(path), result);
        return result.status != Status::Failed;
    });
}
BENCHMARK(ubl_processor);

void pugixml_load_file(benchmark::State& state) {
    for_samples(state, [](const std::string& path) {
        pugi::xml_document document;
        return static_cast<bool>(document.load_file(path.c_str()));
    });
}
BENCHMARK(pugixml_load_file);

void pugixml_in_place(benchmark::State& state) {
    std::vector<char> buffer;
    pugi::xml_document document;
    for_samples(state, [&](const std::string& path) {
        const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat status {};
        if (::fstat(file.get(), &status) != 0) return false;
        const auto bytes = static_cast<std::size_t>(status.st_size);
        if (buffer.size() < bytes) buffer.resize(bytes);
        if (::read(file.get(), buffer.data(), bytes) != status.st_size) return false;
        return static_cast<bool>(document.load_buffer_inplace(buffer.data(), bytes));
    });
}
BENCHMARK(pugixml_in_place);

}  // namespace
}  // namespace pipeline::bench

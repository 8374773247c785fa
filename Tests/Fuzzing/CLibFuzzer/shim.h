// What libFuzzer, which comes with the toolchain as an archive without headers, offers to a program that has its own main.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Runs the fuzzer on `input` until its arguments say that it is enough; then it ends the process.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*input)(const uint8_t *bytes, size_t count));

// Applies one of its own mutations in place; the new length.
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t maximum);

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
                    -Woverloaded-virtual -Wimplicit-fallthrough -Werror)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 warns of std::variant and std::optional members that it cannot prove set, in code that is right.
  add_compile_options(-Wno-maybe-uninitialized)
endif()

if(TUNSTACK_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# tunstack_fuzzed(TARGET): libFuzzer watches it. The tests it does not, which would cost a fifth of their build.
function(tunstack_fuzzed target)
  if(TUNSTACK_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# tunstack_precompiled(TARGET headers...): what it includes everywhere is read once; but not in the preset `debug`, which
# shows that each file includes what it uses.
function(tunstack_precompiled target)
  if(TUNSTACK_SANITIZE OR NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

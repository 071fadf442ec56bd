package dev.prebake.lab.registry;

import java.util.List;
import java.util.Map;

/**
 * What an image's containers run by default (OCI image specification, "config").
 *
 * @param environment lines of {@code NAME=value}
 * @param entrypoint the program and its fixed arguments
 * @param command the arguments that a pod's {@code args} replace
 * @param workingDirectory an absolute path, or empty for the root
 * @param labels labels by name, written in the order of their names
 */
public record ImageConfig(
        List<String> environment,
        List<String> entrypoint,
        List<String> command,
        String workingDirectory,
        Map<String, String> labels) {
    /** An image that says nothing about what to run. */
    public static final ImageConfig EMPTY = new ImageConfig(List.of(), List.of(), List.of(), "", Map.of());

    /** Copies the collections. */
    public ImageConfig {
        environment = List.copyOf(environment);
        entrypoint = List.copyOf(entrypoint);
        command = List.copyOf(command);
        labels = Map.copyOf(labels);
    }

    /** Returns this configuration with another environment. */
    public ImageConfig withEnvironment(List<String> lines) {
        return new ImageConfig(lines, entrypoint, command, workingDirectory, labels);
    }

    /** Returns this configuration with another entry point. */
    public ImageConfig withEntrypoint(List<String> words) {
        return new ImageConfig(environment, words, command, workingDirectory, labels);
    }

    /** Returns this configuration with other default arguments. */
    public ImageConfig withCommand(List<String> words) {
        return new ImageConfig(environment, entrypoint, words, workingDirectory, labels);
    }

    /** Returns this configuration with another working directory. */
    public ImageConfig withWorkingDirectory(String directory) {
        return new ImageConfig(environment, entrypoint, command, directory, labels);
    }

    /** Returns this configuration with other labels. */
    public ImageConfig withLabels(Map<String, String> byName) {
        return new ImageConfig(environment, entrypoint, command, workingDirectory, byName);
    }
}

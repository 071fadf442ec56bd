package dev.prebake.lab.cloud;

import dev.prebake.lab.states.InvalidDefinitionException;
import dev.prebake.lab.states.StateMachine;
import dev.prebake.lab.wire.AwsFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.StateMachineAlreadyExistsException;
import software.amazon.awssdk.services.sfn.model.StateMachineDoesNotExistException;

/** The lab's state machines: the deployment's, and those that were created here. They outlive the lab, as their executions do. */
final class StateMachines {
    private static final String MACHINE_FILE = "state-machine.json";

    private final Path folder;
    private final Definitions definitions;
    private final InstantSource clock;
    private final NavigableMap<String, LabMachine> machines = new ConcurrentSkipListMap<>();

    /**
     * Opens those that a home has.
     *
     * @param home the data plane's home
     * @param deployed the definition of the deployment's machine
     */
    StateMachines(Path home, String deployed, InstantSource clock) {
        this.folder = home.resolve("state-machines");
        this.definitions = new Definitions(home.resolve("definitions"));
        this.clock = clock;
        Instant now = now();
        MachineRevision revision = new MachineRevision(
                definitions.keep(deployed),
                "arn:aws:iam::" + Account.ID + ":role/" + Deployment.STATE_MACHINE,
                null,
                now);
        machines.put(
                Deployment.STATE_MACHINE,
                new LabMachine(
                        Deployment.STATE_MACHINE,
                        now,
                        revision,
                        StateMachine.parse(deployed),
                        new Executions(home.resolve("executions")),
                        true));
        created().forEach(machine -> machines.put(machine.name(), machine));
    }

    /** Marks as aborted what a killed lab left running; a sentence for each. */
    List<String> recover() {
        return machines.values().stream()
                .flatMap(machine -> machine.executions().recover().stream())
                .toList();
    }

    List<LabMachine> all() {
        return List.copyOf(machines.values());
    }

    LabMachine existing(@Nullable String arn) {
        StatesNames.checkMachineArn(arn);
        return machines.values().stream()
                .filter(machine -> machine.arn().equals(arn))
                .findFirst()
                .orElseThrow(() -> AwsFault.of(
                        StateMachineDoesNotExistException.builder(),
                        AwsAnswers.BAD_REQUEST,
                        "StateMachineDoesNotExist",
                        "State Machine Does Not Exist: '" + arn + "'. The lab has "
                                + String.join(
                                        ", ",
                                        machines.values().stream()
                                                .map(LabMachine::arn)
                                                .toList())
                                + "."));
    }

    Optional<LabMachine> ofExecution(String executionArn) {
        return Optional.ofNullable(machines.get(StatesNames.machineName(executionArn)))
                .filter(machine -> machine.executionArn(StatesNames.executionName(executionArn))
                        .equals(executionArn));
    }

    /** A machine as it is; creating the same one again is no error and changes nothing. */
    synchronized LabMachine create(String name, String definition, String roleArn) {
        StateMachine read = read(definition);
        LabMachine present = machines.get(name);
        if (present != null) {
            if (definitions.text(present.revision().definition()).equals(definition)) {
                return present;
            }
            throw AwsFault.of(
                    StateMachineAlreadyExistsException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "StateMachineAlreadyExists",
                    "State Machine Already Exists: '" + present.arn() + "'");
        }
        Instant now = now();
        MachineRevision revision = new MachineRevision(definitions.keep(definition), roleArn, null, now);
        LabMachine machine = new LabMachine(name, now, revision, read, executions(name), false);
        save(machine);
        return machine;
    }

    /** Changes what is not null. Executions that run keep what they began with. */
    synchronized LabMachine update(LabMachine machine, @Nullable String definition, @Nullable String roleArn) {
        StateMachine read = definition == null ? machine.definition() : read(definition);
        MachineRevision revision = new MachineRevision(
                definition == null ? machine.revision().definition() : definitions.keep(definition),
                roleArn == null ? machine.revision().roleArn() : roleArn,
                UUID.randomUUID().toString(),
                now());
        LabMachine updated = machine.updated(revision, read);
        save(updated);
        return updated;
    }

    /** Removes a machine with all that it has run; nothing of it may run any more. */
    synchronized void delete(LabMachine machine) {
        machines.remove(machine.name());
        Path own = folder(machine.name());
        try (Stream<Path> files = Files.walk(own)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Deleting the state machine in " + own + " failed.", e);
        }
    }

    String definition(MachineRevision revision) {
        return definitions.text(revision.definition());
    }

    /** Reads a definition that the home keeps. */
    StateMachine read(MachineRevision revision) {
        return StateMachine.parse(definition(revision));
    }

    private static StateMachine read(String definition) {
        try {
            return StateMachine.parse(definition);
        } catch (InvalidDefinitionException e) {
            throw AwsFault.of(
                    software.amazon.awssdk.services.sfn.model.InvalidDefinitionException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvalidDefinition",
                    "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: "
                            + String.join(
                                    "; ",
                                    e.problems().stream()
                                            .map(problem -> problem.message() + " at " + problem.pointer())
                                            .toList())
                            + "'");
        }
    }

    private void save(LabMachine machine) {
        new JsonFile<>(folder(machine.name()).resolve(MACHINE_FILE), StoredMachine.class)
                .write(new StoredMachine(machine.name(), machine.createdAt(), machine.revision()));
        machines.put(machine.name(), machine);
    }

    private List<LabMachine> created() {
        List<LabMachine> found = new ArrayList<>();
        if (Files.notExists(folder)) {
            return found;
        }
        try (Stream<Path> folders = Files.list(folder)) {
            for (Path own : folders.toList()) {
                new JsonFile<>(own.resolve(MACHINE_FILE), StoredMachine.class)
                        .read()
                        .ifPresent(stored -> found.add(new LabMachine(
                                stored.name(),
                                stored.createdAt(),
                                stored.revision(),
                                read(stored.revision()),
                                executions(stored.name()),
                                false)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Listing the lab's state machines in " + folder + " failed.", e);
        }
        return found;
    }

    private Executions executions(String machine) {
        return new Executions(folder(machine).resolve("executions"));
    }

    private Path folder(String machine) {
        return folder.resolve(StatesNames.fileName(machine));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}

package dev.prebake.cli;

import dev.prebake.catalogue.Artifacts;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.catalogue.FunctionEntry;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.host.Detection;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves the lab until it is stopped. */
@Command(
        name = "lab",
        description = {
            "Serves the lab as an AWS endpoint on 127.0.0.1, for the AWS CLI and any SDK, until it is stopped: the image"
                    + " cache's state machine, with all services that it uses, over real volumes and a real containerd"
                    + " where the machine allows it.",
            "",
            "Without --image an execution with the input {} bakes a sample made from this JDK."
        },
        subcommands = {LabStatusCommand.class, LabStopCommand.class, LabLogsCommand.class},
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./prebake lab --detach",
            "  ./prebake lab --image registry.k8s.io/pause:3.10",
            "  ./prebake lab --fault states:DescribeExecution=ThrottlingException:3 --fault"
                    + " PublishSnapshot/ssm:PutParameter=answer-lost",
            "  ./prebake lab --zips",
            "  ./prebake lab stop",
            "  events/operate.sh, for all that the AWS CLI can do with it",
            "",
            "Environment: PREBAKE_HOME, where everything is kept (default ~/.prebake); there is one lab in a home."
        })
final class LabCommand implements Callable<Integer> {
    private static final int MAX_PORT = 65_535;

    /** The repository, as the launcher says. */
    private static final String ROOT_PROPERTY = "prebake.root";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port on 127.0.0.1; 0 for any free one. Default: ${DEFAULT-VALUE}.",
            defaultValue = "4566")
    private int port;

    @Option(
            names = "--image",
            paramLabel = "REF",
            description = "An image that executions bake by default; may be given several times.")
    private List<String> images = List.of();

    @Option(names = "--directories", description = "Use plain folders for volumes, whatever the machine allows.")
    private boolean directories;

    @Option(
            names = "--fault",
            paramLabel = "[WHO/]SERVICE:OPERATION=FAULT[:TIMES]",
            converter = PlannedFault.Converter.class,
            description = {
                "What goes wrong with the next call of an operation, or the next TIMES (a number, or \"always\"): an error"
                        + " code of AWS that the caller gets; \"unanswered\", a connection that breaks before anything is"
                        + " done; \"answer-lost\", one that breaks after that. May be given several times.",
                "WHO is a function, such as PublishSnapshot; Builder, Scheduler; or an access key. Anybody without it."
            })
    private List<PlannedFault> faults = List.of();

    @Option(
            names = "--zips",
            description = {
                "Run each function from its zip, as it is deployed, in a JVM of its own under AWS's runtime interface client, with"
                        + " the memory and the time that it has on AWS. Slower."
            })
    private boolean zips;

    @Option(names = "--detach", description = "Leave the lab running and return as soon as it serves.")
    private boolean detach;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (port < 0 || port > MAX_PORT) {
            throw new UsageException("--port " + port + " is none: give 0 to " + MAX_PORT + ".", null);
        }
        Terminal terminal = Terminal.of(spec.commandLine().getErr());
        Path home = LocalCommand.home();
        LabFile file = new LabFile(home);
        file.running().ifPresent(lab -> {
            throw new UsageException(
                    "A lab serves " + lab.endpoint() + " from " + home + " already, as process " + lab.pid()
                            + ". Stop it with: ./prebake lab stop",
                    null);
        });
        if (detach) {
            LabFile.Lab started = new DetachedLab(home)
                    .start(spec.commandLine().getParseResult().originalArgs());
            print(started);
            terminal.line("prebake: the lab is process " + started.pid() + "; its log is " + DetachedLab.log(home)
                    + ". Stop it with: ./prebake lab stop");
            return ExitCode.OK;
        }
        Artifacts artifacts = zips ? built() : null;
        Detection detection = DataPlanes.detect(home);
        terminal.line("prebake: " + (directories ? "Volumes are plain folders, as asked for." : detection.inWords()));
        LabServer server = new LabServer(terminal);
        LabFile.Lab lab = server.open(
                directories ? detection.openDirectories() : detection.open(), home, images, port, faults, artifacts);
        file.write(lab);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            terminal.line("prebake: stopping; what runs is aborted, and all that has ended is kept.");
            file.remove();
            server.close();
            stopped.countDown();
        }));
        print(lab);
        terminal.line("prebake: serving until stopped by Ctrl-C or: ./prebake lab stop");
        stopped.await();
        return ExitCode.OK;
    }

    /** The functions' zips, which the launcher builds. */
    private static Artifacts built() {
        String root = System.getProperty(ROOT_PROPERTY);
        if (root == null) {
            throw new UsageException("--zips takes the launcher, which builds them: ./prebake lab --zips", null);
        }
        Artifacts artifacts = new Artifacts(Path.of(root));
        List<String> missing = FunctionCatalogue.load().functions().stream()
                .filter(function -> !artifacts.isBuilt(function))
                .map(FunctionEntry::artifact)
                .distinct()
                .toList();
        if (!missing.isEmpty()) {
            throw new UsageException(
                    "There is no zip of " + String.join(", ", missing) + " below " + root
                            + "/functions. Build them with: mvn -f " + root + " package -DskipTests",
                    null);
        }
        return artifacts;
    }

    /** The three lines that one needs. */
    private void print(LabFile.Lab lab) {
        lab.lines().forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
    }
}

package dev.prebake.lab.cloud;

import dev.prebake.catalogue.Artifacts;
import dev.prebake.catalogue.BakeDocument;
import dev.prebake.catalogue.Definition;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.catalogue.FunctionEntry;
import dev.prebake.kernel.Architecture;
import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.host.DataPlane;
import dev.prebake.lab.host.Snapshot;
import dev.prebake.lab.host.Volume;
import dev.prebake.lab.states.Interpreter;
import dev.prebake.lab.states.TaskInvoker;
import dev.prebake.lab.wire.AwsEndpoint;
import dev.prebake.lab.wire.CallInterceptor;
import dev.prebake.lab.wire.Service;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ecr.EcrClient;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.scheduler.SchedulerClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * The whole of AWS that Prebake uses, on this machine: the workflow's one definition and the handlers that AWS runs, over
 * doubles of the services behind an endpoint on loopback.
 *
 * <p>Snapshots, parameters and executions outlive it under the data plane's home. Instances and volumes don't: they end with
 * the lab, however that ends.
 */
public final class Lab implements AutoCloseable {
    /**
     * The SDK's own settings that lead the handlers here
     * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html). The services' own come first there, so
     * that somebody's environment can't lead a handler elsewhere.
     */
    private static final List<String> ENDPOINT_SETTINGS = List.of(
            "aws.endpointUrl",
            "aws.endpointUrlEc2",
            "aws.endpointUrlSsm",
            "aws.endpointUrlCloudWatchLogs",
            "aws.endpointUrlSecretsManager",
            "aws.endpointUrlEcr",
            "aws.endpointUrlEks",
            "aws.endpointUrlSfn");

    /** The access key that calls of an instance come with, in place of those of its role. */
    public static final String BUILDER = "Builder";

    /** The access key that the workflow invokes its functions with, in place of those of the state machine's role. */
    public static final String WORKFLOW = "StateMachine";

    /** The access key that schedules start executions with, in place of those of their targets' roles. */
    public static final String SCHEDULER = "Scheduler";

    private static final String ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE";
    static final String SECRET_ACCESS_KEY = "lab";
    private static final Map<String, String> SETTINGS = Map.of(
            "aws.region", Account.REGION,
            "aws.accessKeyId", ACCESS_KEY_ID,
            "aws.secretAccessKey", SECRET_ACCESS_KEY);

    private static final Duration LONGEST_END = Duration.ofSeconds(20);

    private final DataPlane plane;
    private final Deployment deployment;
    private final LabClock clock;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
    private final Instances instances;
    private final LabEc2 ec2;
    private final LabEks eks;
    private final LabSsm ssm;
    private final LabSecretsManager secrets;
    private final FunctionRunner functions;
    private final LabStates states;
    private final Schedules schedules;
    private final LabScheduler scheduler;
    private final AwsEndpoint endpoint;
    private final List<String> recovered;
    private boolean closed;

    private Lab(
            DataPlane plane,
            LabObserver observer,
            @Nullable CallInterceptor authorizer,
            @Nullable String kmsKeyArn,
            @Nullable FaultPlan planned,
            Serving serving)
            throws IOException {
        FaultPlan faults = planned == null ? FaultPlan.none() : planned;
        this.plane = plane;
        Account account = new Account(new JsonFile<>(plane.home().resolve("account.json"), LabState.class));
        clock = account.latest().map(LabClock::notBefore).orElseGet(LabClock::new);
        Background background = new Background(clock, threads);
        deployment = Deployment.on(hostArchitecture(), kmsKeyArn).baking(serving.images());
        FunctionCatalogue catalogue = FunctionCatalogue.load();
        StateMachines machines = new StateMachines(
                plane.home(),
                Definition.substitute(deployment.substitutions(
                        catalogue.ofStates().stream().map(FunctionEntry::name).toList())),
                clock);
        recovered = recover(plane, machines, account);

        LabLogs logs = new LabLogs(clock);
        logs.follow(line -> {
            if (line.stream().endsWith("/stderr")) {
                observer.progress(line.text());
            }
        });
        LabParameters parameters = new LabParameters(account, deployment.imageParameters(), clock);
        Volumes volumes = new Volumes(plane, account, clock);
        instances = new Instances(plane, volumes, parameters, deployment, background, faults);
        LabImages images = new LabImages(account, deployment.images(), clock);
        Snapshots snapshots = new Snapshots(account, plane, volumes, images, background, faults);
        LaunchTemplates launchTemplates = new LaunchTemplates(volumes, clock);
        launchTemplates.deploy(deployment.launchTemplateId(), "prebake-builder");
        ec2 = new LabEc2(
                instances,
                volumes,
                snapshots,
                images,
                new FastRestores(account, clock, deployment.zones(), faults),
                launchTemplates);
        eks = new LabEks(launchTemplates, clock, faults);
        ssm = new LabSsm(
                parameters,
                new Commands(
                        CommandDocument.parse(deployment.bakeDocument(), BakeDocument.content()),
                        plane.real()
                                ? new MachineScripts(instances, this::machineEnvironment)
                                : new DirectoryBake(plane, instances),
                        instances,
                        logs,
                        background,
                        faults),
                instances);
        secrets = new LabSecretsManager(clock);
        functions = serving.zips() == null
                ? new LoadedHandlers()
                : new HandlerProcesses(serving.zips(), plane.home().resolve("functions"), this::endpoint);
        states = new LabStates(
                machines,
                new RunningExecutions(
                        new Interpreter(
                                clock,
                                invoker(new HandlerInvoker(catalogue, functions), authorizer, planned),
                                faults.random()),
                        observer::happened,
                        threads),
                clock);
        schedules = new Schedules(
                new JsonFile<>(plane.home().resolve("schedules.json"), StoredSchedules.class),
                Timeline.of(clock),
                Timeline.of(InstantSource.system()),
                request -> {
                    try (SfnClient client = schedulersStates()) {
                        var ignored = client.startExecution(request);
                    }
                },
                faults.random(),
                threads);
        scheduler = new LabScheduler(schedules);
        AwsEndpoint.Setup setup = AwsEndpoint.serving(
                Service.of(Ec2Client.class, ec2),
                Service.of(SsmClient.class, ssm),
                Service.of(CloudWatchLogsClient.class, logs),
                Service.of(SecretsManagerClient.class, secrets),
                Service.of(EcrClient.class, new LabEcr(clock)),
                Service.of(EksClient.class, eks),
                Service.of(SfnClient.class, states),
                Service.of(SchedulerClient.class, scheduler),
                Service.of(LambdaClient.class, new LabLambda(catalogue, functions, clock)),
                Service.of(StsClient.class, new LabSts(clock)));
        setup.intercepting(serving.calls());
        if (authorizer != null) {
            setup.intercepting(authorizer);
        }
        if (planned != null) {
            setup.intercepting((call, next) -> planned.around(call, next, clock));
        }
        // The innermost: who may refuse a call refuses its dry run too.
        setup.intercepting(DryRuns::around);
        endpoint = setup.start(serving.port());
        SETTINGS.forEach(System::setProperty);
        ENDPOINT_SETTINGS.forEach(
                setting -> System.setProperty(setting, endpoint.uri().toString()));
    }

    /**
     * Opens the lab over a data plane, which it closes with itself, or when it can't be opened. What a killed lab left is removed first.
     *
     * <p>The SDK's settings of this JVM lead to the lab while it is open, so there can be one at a time.
     */
    public static Lab open(DataPlane plane, LabObserver observer) {
        return open(plane, observer, null, null, null);
    }

    /**
     * The same with somebody who may refuse calls, and with what is to go wrong. While a function runs, the calls' access key is
     * then the function's name, one function at a time; an instance's come with {@link #BUILDER}, anybody else's with another key. Somebody who may
     * refuse is asked about each function that the workflow invokes, too, under {@link #WORKFLOW}.
     *
     * @param kmsKeyArn the deployment's KMS key; absent for the account's default
     */
    public static Lab open(
            DataPlane plane,
            LabObserver observer,
            @Nullable CallInterceptor authorizer,
            @Nullable String kmsKeyArn,
            @Nullable FaultPlan faults) {
        return open(plane, () -> new Lab(plane, observer, authorizer, kmsKeyArn, faults, Serving.quietly(null)));
    }

    /** Opens the lab for clients from outside of this JVM. In it alone schedules are due: who runs one bake wants no others. */
    public static Lab serve(DataPlane plane, LabObserver observer, Serving serving) {
        Lab lab = open(plane, () -> new Lab(plane, observer, null, null, serving.faults(), serving));
        lab.schedules.begin();
        return lab;
    }

    /**
     * Opens the lab with each function in a process of its own, from its zip, with the memory and the time that it has on AWS,
     * instead of in this JVM. Their logs are in {@code functions/log} of the data plane's home.
     *
     * @param zips the functions' zips; those that an execution comes to have to be there
     */
    public static Lab openWithProcesses(DataPlane plane, LabObserver observer, Artifacts zips) {
        return open(plane, () -> new Lab(plane, observer, null, null, null, Serving.quietly(zips)));
    }

    /** What may fail while the lab is opened. */
    @FunctionalInterface
    private interface Opening {
        Lab open() throws IOException;
    }

    private static Lab open(DataPlane plane, Opening opening) {
        try {
            return opening.open();
        } catch (RuntimeException e) {
            plane.close();
            throw e;
        } catch (IOException e) {
            plane.close();
            throw new LabException("Opening the lab's endpoint on loopback failed: " + e.getMessage(), e);
        }
    }

    private static TaskInvoker invoker(
            HandlerInvoker handlers, @Nullable CallInterceptor authorizer, @Nullable FaultPlan planned) {
        if (authorizer == null && planned == null) {
            return handlers;
        }
        TaskInvoker identified = new IdentifiedHandlers(handlers);
        if (planned != null) {
            identified = new FaultyFunctions(identified, planned);
        }
        return authorizer == null ? identified : new AuthorizedInvokes(identified, authorizer);
    }

    /** What was left by a lab that was killed, and is gone now: a sentence for each thing. */
    public List<String> recovered() {
        return recovered;
    }

    /** The volumes, snapshots and machines beneath. */
    public DataPlane plane() {
        return plane;
    }

    /** Lab time. */
    public LabClock clock() {
        return clock;
    }

    /** EC2 as the lab has it. */
    public Ec2Client ec2() {
        return ec2;
    }

    /** EKS as the lab has it: which version of its launch template a node group has, in memory alone. */
    public EksClient eks() {
        return eks;
    }

    /** SSM as the lab has it. */
    public SsmClient ssm() {
        return ssm;
    }

    /** Secrets Manager as the lab has it: in memory alone. */
    public SecretsManagerClient secrets() {
        return secrets;
    }

    /** Step Functions as the lab has it. */
    public SfnClient states() {
        return states;
    }

    /** EventBridge Scheduler as the lab has it. */
    public SchedulerClient scheduler() {
        return scheduler;
    }

    /** The image cache's state machine. */
    public String stateMachineArn() {
        return deployment.stateMachineArn();
    }

    /** The operations that it serves, as policies name them: {@code ec2:RunInstances}. */
    public SortedSet<String> operations() {
        return endpoint.operations();
    }

    /** Where any AWS client reaches the lab: on loopback, while it is open. */
    public URI endpoint() {
        return endpoint.uri();
    }

    /** Ends executions, instances and volumes; what the home keeps is whole. Closing twice does nothing more. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        scheduler.close();
        states.close();
        functions.close();
        instances.close();
        endpoint.close();
        secrets.close();
        finishBackground();
        plane.machines().forEach(machine -> machine.close());
        plane.volumes().stream().map(Volume::id).forEach(plane::deleteVolume);
        plane.close();
        ENDPOINT_SETTINGS.forEach(System::clearProperty);
        SETTINGS.keySet().forEach(System::clearProperty);
    }

    /** With the executions and machines ended, what is left is writing down how they did. */
    private void finishBackground() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(LONGEST_END.toSeconds(), TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What leads the AWS CLI of a machine here, in place of an instance's own region and role
     * (https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html). The user's own settings don't count there.
     */
    private Map<String, String> machineEnvironment() {
        return Map.of(
                "AWS_ENDPOINT_URL",
                endpoint.uri().toString(),
                "AWS_REGION",
                Account.REGION,
                "AWS_ACCESS_KEY_ID",
                BUILDER,
                "AWS_SECRET_ACCESS_KEY",
                SECRET_ACCESS_KEY,
                "AWS_CONFIG_FILE",
                "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE",
                "/dev/null");
    }

    /** Step Functions as the scheduler reaches it; it tries again by its schedules' own retry policies. */
    private SfnClient schedulersStates() {
        return SfnClient.builder()
                .endpointOverride(endpoint())
                .region(Region.of(Account.REGION))
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(SCHEDULER, SECRET_ACCESS_KEY)))
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(ClientOverrideConfiguration.builder()
                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                        .build())
                .build();
    }

    private static List<String> recover(DataPlane plane, StateMachines machines, Account account) {
        List<String> recovered = new ArrayList<>(plane.recover());
        recovered.addAll(machines.recover());
        for (Volume volume : plane.volumes()) {
            plane.deleteVolume(volume.id());
            recovered.add("Deleted volume " + volume.id() + ", which its lab left.");
        }
        for (StoredSnapshot snapshot : account.snapshots()) {
            boolean whole = plane.snapshot(snapshot.snapshotId()).isPresent();
            if (snapshot.completedAt() == null || !whole) {
                account.removeSnapshot(snapshot.snapshotId());
                plane.deleteSnapshot(snapshot.snapshotId());
                recovered.add("Removed snapshot " + snapshot.snapshotId() + ", which never became whole.");
            }
        }
        for (Snapshot snapshot : plane.snapshots()) {
            if (account.snapshot(snapshot.id()).isEmpty()) {
                plane.deleteSnapshot(snapshot.id());
                recovered.add("Deleted snapshot " + snapshot.id() + ", which the account doesn't have.");
            }
        }
        return List.copyOf(recovered);
    }

    private static Architecture hostArchitecture() {
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> Architecture.AMD64;
            case "aarch64" -> Architecture.ARM64;
            case String other ->
                throw new LabException("The lab runs on amd64 and arm64 machines; this one is " + other + ".", null);
        };
    }
}

package dev.prebake.lab.wire;

import java.util.Collection;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsClient;

/** A double of one AWS service, ready to be served: an object that implements some methods of the SDK's client. */
public final class Service {
    private static final Pattern ACRONYM = Pattern.compile("([A-Z])([A-Z]+)(?=[A-Z][a-z]|$)");

    private final String name;
    private final Object implementation;
    private final Protocol protocol;
    private final SortedMap<String, Operation> operations;

    private Service(String name, Object implementation, Protocol protocol, SortedMap<String, Operation> operations) {
        this.name = name;
        this.implementation = implementation;
        this.protocol = protocol;
        this.operations = operations;
    }

    /**
     * Describes a double. Its operations are the client's methods that it overrides.
     *
     * @param client the SDK's synchronous client interface, such as {@code Ec2Client.class}
     * @param implementation the double
     * @throws IllegalArgumentException when the double has no operation, or the service's protocol isn't known here
     */
    public static <C extends AwsClient> Service of(Class<C> client, C implementation) {
        var name = signingName(client);
        return of(client, implementation, operations -> protocolOf(name, operations));
    }

    static <C extends AwsClient> Service of(
            Class<C> client, C implementation, Function<Collection<Operation>, Protocol> protocol) {
        var name = signingName(client);
        var operations = Operation.implementedBy(client, implementation);
        if (operations.isEmpty()) {
            throw new IllegalArgumentException(implementation.getClass() + " overrides no operation of "
                    + client.getSimpleName() + ", so there is nothing to serve");
        }
        return new Service(name, implementation, protocol.apply(operations.values()), operations);
    }

    /** What a service's clients speak stands in its Smithy model, and nowhere in the SDK's public types. */
    private static Protocol protocolOf(String signingName, Collection<Operation> operations) {
        return switch (signingName) {
            case "ec2" -> new QueryProtocol(QueryProtocol.Dialect.EC2, "http://ec2.amazonaws.com/doc/2016-11-15/");
            case "ecr" -> new AwsJson("1.1", "AmazonEC2ContainerRegistry_V20150921");
            case "eks", "lambda", "scheduler" -> RestJson.of(operations);
            case "logs" -> new AwsJson("1.1", "Logs_20140328", "InvalidParameterException");
            case "secretsmanager" -> new AwsJson("1.1", "secretsmanager");
            case "ssm" -> new AwsJson("1.1", "AmazonSSM");
            case "states" -> new AwsJson("1.0", "AWSStepFunctions");
            case "sts" -> new QueryProtocol(QueryProtocol.Dialect.AWS, "https://sts.amazonaws.com/doc/2011-06-15/");
            default ->
                throw new IllegalArgumentException("The wire protocol of service " + signingName
                        + " isn't known here: name it beside the others in Service.protocolOf");
        };
    }

    private static String signingName(Class<?> client) {
        try {
            return (String)
                    Objects.requireNonNull(client.getField("SERVICE_NAME").get(null));
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(client + " isn't a client interface of the AWS SDK 2", e);
        }
    }

    /** The name in the credential scope of this service's requests, such as {@code states} for Step Functions. */
    public String name() {
        return name;
    }

    /** The names of its operations. */
    Set<String> operations() {
        return operations.keySet();
    }

    Object implementation() {
        return implementation;
    }

    Protocol protocol() {
        return protocol;
    }

    /**
     * Finds an operation by its name.
     *
     * @throws RejectedException when the name is null or the double has no such operation; it says which ones there are
     */
    Operation operation(@Nullable String operation) {
        if (operation == null || operation.isBlank()) {
            throw new RejectedException(
                    Rejection.NO_OPERATION, "The request names no operation. Served for " + name + ": " + list());
        }
        var found = operations.get(javaName(operation));
        if (found == null) {
            throw notServed("The operation " + operation);
        }
        return found;
    }

    /** The refusal of a request that asks for no operation of this double. */
    RejectedException notServed(String what) {
        return new RejectedException(
                Rejection.UNKNOWN_OPERATION, what + " is not served here. Served for " + name + ": " + list());
    }

    /** The SDK's classes write acronyms as words: operation {@code EnableVolumeIO} has an {@code EnableVolumeIoRequest}. */
    private static String javaName(String operation) {
        return ACRONYM.matcher(operation)
                .replaceAll(acronym -> acronym.group(1) + acronym.group(2).toLowerCase(Locale.ROOT));
    }

    private String list() {
        return String.join(", ", operations.keySet());
    }

    @Override
    public String toString() {
        return name + " (" + list() + ")";
    }
}

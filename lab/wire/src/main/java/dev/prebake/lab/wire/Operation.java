package dev.prebake.lab.wire;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.SdkResponse;

/** An operation that a double implements: {@code RunInstances} is the method {@code runInstances(RunInstancesRequest)}. */
record Operation(String name, Method method, Class<?> requestType) {
    /**
     * The operations that an object implements, by name. Only the object's own classes are looked through, not the client
     * interface: its default bodies are no implementations, and resolving EC2's 700 signatures would cost a second.
     */
    static SortedMap<String, Operation> implementedBy(Class<?> client, Object implementation) {
        var found = new TreeMap<String, Operation>();
        collect(client, implementation.getClass(), found);
        return found;
    }

    private static void collect(Class<?> client, @Nullable Class<?> type, SortedMap<String, Operation> found) {
        if (type == null || type.isAssignableFrom(client)) {
            return;
        }
        for (var method : type.getDeclaredMethods()) {
            var parameters = method.getParameterTypes();
            if (parameters.length != 1
                    || !SdkRequest.class.isAssignableFrom(parameters[0])
                    || !SdkResponse.class.isAssignableFrom(method.getReturnType())
                    || !Modifier.isPublic(method.getModifiers())
                    || Modifier.isAbstract(method.getModifiers())) {
                continue;
            }
            var name = parameters[0].getSimpleName().replaceFirst("Request$", "");
            if (method.getName().equalsIgnoreCase(name) && !found.containsKey(name)) {
                method.setAccessible(true);
                found.put(name, new Operation(name, method, parameters[0]));
            }
        }
        collect(client, type.getSuperclass(), found);
        for (var mixin : type.getInterfaces()) {
            collect(client, mixin, found);
        }
    }

    /** A new builder of this operation's request. */
    SdkPojo requestBuilder() {
        try {
            return (SdkPojo) requestType.getMethod("builder").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(requestType + " has no builder(): is it a class of the AWS SDK 2?", e);
        }
    }

    SdkResponse call(Object implementation, SdkRequest request) {
        try {
            var response = (SdkResponse) method.invoke(implementation, request);
            if (response == null) {
                throw new IllegalStateException(method + " answered null");
            }
            return response;
        } catch (InvocationTargetException e) {
            switch (e.getCause()) {
                case RuntimeException unchecked -> throw unchecked;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(method + " failed", e);
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(method + " can't be called", e);
        }
    }
}

// Made by `npm run types` out of runtime/engine/openapi.json; not to be edited.

export interface paths {
    "/callbacks/v1/oauth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Takes a provider's answer to a consent.
         * @description Providers send people here. Whatever comes, a plain page answers.
         */
        get: operations["oauthCallback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/downloads/{eventId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Gives the records of a message that was too large for its destination.
         * @description The address is that of the message's `resultInfo.downloadUrl`. The answer is the `result` array, whole or one range of its bytes.
         */
        get: operations["download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process lives. */
        get: operations["showLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the runtime does its work: the store answers, there is room on its disk, and the scheduler runs. */
        get: operations["showReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectIdOrName}/{endpoint}/groups/{groupRef}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists a group's items by id. */
        get: operations["listItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectIdOrName}/{endpoint}/groups/{groupRef}/items/{itemId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows an item. */
        get: operations["getItem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/read/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}:pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pauses reads of an installation.
         * @description A paused read keeps its place and goes on from there; triggered reads run all the same.
         */
        post: operations["pauseInstallation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/read/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}:unpause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets paused reads of an installation go on. */
        post: operations["unpauseInstallation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/read/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/objects/{objectName}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reads an object apart from its schedule.
         * @description What changed between two times is read, both of them included; everything where nothing is said.
         */
        post: operations["triggerRead"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/subscribe/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes a provider's events in.
         * @description For providers whose calls name the workspace that they are of. The call is signed by the provider, or shows a key of its own.
         */
        post: operations["receiveEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/subscribe/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a provider's events for one installation in. */
        post: operations["receiveInstallationEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/uploads/{uploadId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Takes an archive in.
         * @description The address is that of generate-upload-url, and works once.
         */
        put: operations["uploadArchive"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/generate-upload-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Gives an address to send an archive to.
         * @description The archive is a zip with an amp.yaml, of at most 4 MiB. It is deployed as `sourceZipUrl` within an hour.
         */
        get: operations["generateUploadUrl"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/manifest:check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Checks a manifest: every problem with its place, its remedy and, where there is one, its fix. */
        post: operations["checkManifest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/oauth-connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins a person's consent, with the project in the body.
         * @description The answer is the address to send the person to; with all that is known of it for who accepts JSON.
         */
        post: operations["oauthConnect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: operations["showDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists projects: the one that this runtime serves. */
        get: operations["listProjects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a project. */
        get: operations["getProject"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes what is told of a project. */
        patch: operations["updateProject"];
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the keys, the oldest first. A key itself is never told again. */
        get: operations["listApiKeys"];
        put?: never;
        /** Makes a key. This answer alone tells it. */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/api-keys/{apiKeyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a key, but not the key itself. */
        get: operations["getApiKey"];
        put?: never;
        post?: never;
        /** Deletes a key: it opens nothing any more, at once. */
        delete: operations["deleteApiKey"];
        options?: never;
        head?: never;
        /** Gives a key another label or other scopes, revokes it or takes that back. */
        patch: operations["updateApiKey"];
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists connections, without their credentials. */
        get: operations["listConnections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/connections:generate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a connection of credentials that the product has already. */
        post: operations["generateConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/connections/{connectionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a connection; with its credentials where they are asked for. */
        get: operations["getConnection"];
        put?: never;
        post?: never;
        /**
         * Deletes a connection and its credentials.
         * @description One that an installation uses stays: delete the installation first.
         */
        delete: operations["deleteConnection"];
        options?: never;
        head?: never;
        /** Changes what the mask names of a connection: its workspace, its inputs, its credentials. */
        patch: operations["updateConnection"];
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/connections/{connectionId}:check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks the provider something that any sound credentials may ask. */
        post: operations["checkConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/connections/{connectionId}:oauth-update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Gives a connection new tokens.
         * @description Without any in the body, the answer is the address at which a person gives them.
         */
        patch: operations["updateConnectionOauth"];
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/connections/{connectionId}:refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Renews the tokens of a connection whether or not they hold. */
        post: operations["refreshConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists deliveries, newest first. */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/deliveries:purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Purges dead letters. */
        post: operations["purgeDeliveries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/deliveries:replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes deliveries again. */
        post: operations["replayDeliveries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/deliveries/{deliveryId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a delivery with its attempts and its message. */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/destinations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists destinations by name. */
        get: operations["listDestinations"];
        put?: never;
        /**
         * Makes a destination.
         * @description Messages go there from now on; installations that waited for one of its name begin to flow.
         */
        post: operations["createDestination"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a destination. */
        get: operations["getDestination"];
        put?: never;
        post?: never;
        /**
         * Deletes a destination.
         * @description What waits for it becomes dead letters, which a replay brings back once there is one of its name again.
         */
        delete: operations["deleteDestination"];
        options?: never;
        head?: never;
        /**
         * Changes a destination.
         * @description What is claimed from now on goes by the new configuration; what is on its way ends by the one it began with.
         */
        patch: operations["updateDestination"];
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}:test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends a test message.
         * @description It is a delivery like any other: kept, signed, tried again. Its `action` is `test`; where a destination mirrors records it carries none.
         */
        post: operations["testDestination"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops a destination. What waits for it is kept. */
        post: operations["disableDestination"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a stopped destination go on. */
        post: operations["enableDestination"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists providers' events that are not messages yet. */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/events:purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Purges dead events.
         * @description An empty filter takes all of them.
         */
        post: operations["purgeEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/events:replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tries dead events again.
         * @description An empty filter takes all of them.
         */
        post: operations["replayEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/events/{eventId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows an event with its text. */
        get: operations["getEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/files:reload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reads the files anew.
         * @description amp.yaml, ampline.toml and the folder of installations count as they are now.
         */
        post: operations["reloadFiles"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/installations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the installations of every integration, at most 1,000, by id. */
        get: operations["listInstallationsForProject"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/installations/{installationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows an installation to who knows its id alone. */
        get: operations["getInstallationOfProject"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists integrations. */
        get: operations["listIntegrations"];
        put?: never;
        /**
         * Makes an integration.
         * @description The manifest holds one that is not there yet.
         */
        post: operations["createIntegration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations:batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Deploys every integration of an amp.yaml.
         * @description Each that says something new has a revision more; those that it does not name stay. With `dryRun` nothing changes, and the answer
         *     tells what would.
         */
        put: operations["deployIntegrations"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows an integration with its latest revision. */
        get: operations["getIntegration"];
        put?: never;
        post?: never;
        /**
         * Deletes an integration.
         * @description One that has installations stays: delete them first.
         */
        delete: operations["deleteIntegration"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the installations of an integration, at most 1,000, by id. */
        get: operations["listInstallations"];
        put?: never;
        /** Installs an integration for a group. */
        post: operations["createInstallation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows an installation. */
        get: operations["getInstallation"];
        put?: never;
        post?: never;
        /** Deletes an installation, and its connection where nothing else uses that. */
        delete: operations["deleteInstallation"];
        options?: never;
        head?: never;
        /** Changes what the masks name. */
        patch: operations["updateInstallation"];
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}/objects/{objectName}/backfill-progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows how far the backfill of an object has come. */
        get: operations["getBackfillProgress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the operations of an installation, newest first. */
        get: operations["listOperations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}/revisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the configurations that an installation had, the latest first. */
        get: operations["listInstallationRevisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/objects/{objectName}/config-content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes one object's part of an installation's configuration by a JSON Patch. */
        patch: operations["patchObjectConfigContent"];
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/objects/{objectName}/metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the fields of an object of an integration, as a customer's account has them.
         * @description The provider is asked with the credentials of the group's installation, else of a connection that it has for the provider.
         */
        get: operations["getObjectMetadataOfIntegration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/revisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the revisions of an integration, the latest first. */
        get: operations["listIntegrationRevisions"];
        put?: never;
        /**
         * Adds a revision to an integration.
         * @description The manifest holds this integration alone. What says the same as the latest revision adds none, and the latest is the answer.
         */
        post: operations["createIntegrationRevision"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/revisions/{revisionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a revision. */
        get: operations["getIntegrationRevision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/revisions/{revisionId}:hydrate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a revision with what a customer's account has.
         * @description The provider is asked with the connection's credentials. Where it does not answer for an object, that object's `error` says why.
         */
        get: operations["hydrateIntegrationRevision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/jwt-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the public keys, the oldest first. */
        get: operations["listJwtKeys"];
        put?: never;
        /** Makes a public key known. Tokens that it signed, and that name its `kid`, are believed from now on. */
        post: operations["createJwtKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/jwt-keys/{jwtKeyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a public key. */
        get: operations["getJwtKey"];
        put?: never;
        post?: never;
        /** Deletes a public key: no token of it is believed any more, at once. */
        delete: operations["deleteJwtKey"];
        options?: never;
        head?: never;
        /** Gives a public key another label, or switches it off or on: no token of one that is off is believed. */
        patch: operations["updateJwtKey"];
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/notification-event-topic-routes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists routes from a type of notification to a topic, in the order in which they were made. */
        get: operations["listNotificationEventTopicRoutes"];
        put?: never;
        /** Makes a route from a type of notification to a topic. */
        post: operations["createNotificationEventTopicRoute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/notification-event-topic-routes/{routeId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a route from a type of notification to a topic. */
        get: operations["getNotificationEventTopicRoute"];
        put?: never;
        post?: never;
        /** Deletes a route from a type of notification to a topic. */
        delete: operations["deleteNotificationEventTopicRoute"];
        options?: never;
        head?: never;
        /** Leads a route from a type of notification to a topic elsewhere. */
        patch: operations["updateNotificationEventTopicRoute"];
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/oauth-connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins a person's consent.
         * @description The answer is the address to send the person to; with all that is known of it for who accepts JSON.
         */
        post: operations["oauthConnectForProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the operations of every installation, newest first. */
        get: operations["listOperationsForProject"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/operations/{operationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows an operation. */
        get: operations["getOperation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/operations/{operationId}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what an operation has said, from its beginning on. */
        get: operations["listOperationLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/provider-apps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the product's registrations at providers. */
        get: operations["listProviderApps"];
        put?: never;
        /** Keeps a registration of the product at a provider. */
        post: operations["createProviderApp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/provider-apps/{providerAppId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a registration. */
        get: operations["getProviderApp"];
        put?: never;
        post?: never;
        /** Deletes a registration. */
        delete: operations["deleteProviderApp"];
        options?: never;
        head?: never;
        /** Changes what the mask names of a registration. */
        patch: operations["updateProviderApp"];
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/providers/{provider}/objects/{objectName}/metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the fields of a provider's object, as a customer's account has them.
         * @description The provider is asked with the credentials of a connection that the group has for it; of several, one that works.
         */
        get: operations["getObjectMetadataOfProvider"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/reads:run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Runs reads now.
         * @description The next tick of these reads is pulled forward; one that runs already runs again.
         */
        post: operations["runReads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/sinks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists sinks. */
        get: operations["listSinks"];
        put?: never;
        /**
         * Installs a sink.
         * @description The body is a WebAssembly component of the contract `ampline:sink`. It is compiled by a process of its own, within limits, and asked
         *     what it is with every capability denied.
         */
        post: operations["installSink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/sinks/{sinkName}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a sink. */
        get: operations["getSink"];
        put?: never;
        post?: never;
        /** Removes a sink that no destination uses. */
        delete: operations["removeSink"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows how everything stands: reads, destinations, events, and connections that do not work. */
        get: operations["showStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/topic-destination-routes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists routes from a topic to a destination, in the order in which they were made. */
        get: operations["listTopicDestinationRoutes"];
        put?: never;
        /** Makes a route from a topic to a destination. */
        post: operations["createTopicDestinationRoute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/topic-destination-routes/{routeId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a route from a topic to a destination. */
        get: operations["getTopicDestinationRoute"];
        put?: never;
        post?: never;
        /** Deletes a route from a topic to a destination. */
        delete: operations["deleteTopicDestinationRoute"];
        options?: never;
        head?: never;
        /** Leads a route from a topic to a destination elsewhere. */
        patch: operations["updateTopicDestinationRoute"];
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/topics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists topics, by name. */
        get: operations["listTopics"];
        put?: never;
        /** Makes a topic. */
        post: operations["createTopic"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{projectIdOrName}/topics/{topicIdOrName}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a topic. */
        get: operations["getTopic"];
        put?: never;
        post?: never;
        /** Deletes a topic, with the routes to and from it. */
        delete: operations["deleteTopic"];
        options?: never;
        head?: never;
        /** Gives a topic another name. */
        patch: operations["updateTopic"];
        trace?: never;
    };
    "/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the provider catalog, by the providers' names. */
        get: operations["listProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/providers/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a provider of the catalog. */
        get: operations["getProvider"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/templates:check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Checks the template of a destination's keys. */
        post: operations["checkTemplate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/templates:preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Renders the template of a destination's keys over a message. */
        post: operations["previewTemplate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description What an object is configured for.
         * @enum {string}
         */
        Action: "read" | "subscribe" | "write";
        /**
         * @description What kind of operation it is.
         * @enum {string}
         */
        ActionType: "read";
        /** @description A key, as far as it may be told. */
        ApiKey: {
            /** @description Whether it opens anything now. */
            active: boolean;
            /**
             * Format: date-time
             * @description When it was made.
             */
            createTime: string;
            /**
             * Format: date-time
             * @description Until when it holds.
             */
            expireTime?: string;
            /** @description Names the key in this API; no secret. */
            id: string;
            /** @description The key itself in the answer that made it, and never again: how it begins in all others. */
            key: string;
            /** @description What people call it. */
            label: string;
            /**
             * Format: date-time
             * @description When it was last shown; to within some minutes after a crash of the runtime.
             */
            lastUsedTime?: string;
            /** @description The project's id. */
            projectId: string;
            /**
             * Format: date-time
             * @description Since when it is revoked.
             */
            revokeTime?: string;
            /** @description What it may be used for. */
            scopes: components["schemas"]["KeyScope"][];
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updateTime: string;
        };
        /** @enum {string} */
        ApiKeyMask: "active" | "label" | "scopes";
        /** @description Where an API key goes. */
        ApiKeyOptions: {
            attachmentType: components["schemas"]["KeyAttachment"];
            header?: components["schemas"]["KeyHeader"];
            query?: components["schemas"]["KeyParameter"];
        };
        /** @description A key's members that can be changed. */
        ApiKeyValues: {
            /** @description Whether it opens anything: false revokes it, at once. */
            active?: boolean | null;
            /** @description What people call it. */
            label?: string | null;
            /** @description What it may be used for. */
            scopes?: components["schemas"]["KeyScope"][] | null;
        };
        /** @description One attempt. */
        AttemptRow: {
            /**
             * Format: int32
             * @description From 1. An attempt that was blocked is listed but not counted.
             */
            attempt: number;
            /** @description Dotted code. */
            code: string;
            /** @description Whether the other side took it. */
            delivered: boolean;
            /**
             * Format: int64
             * @description How long it took, in microseconds.
             */
            durationUs: number;
            /** @description What the other side said. */
            message?: string | null;
            /**
             * Format: date-time
             * @description When it began.
             */
            startedAt: string;
        };
        /** @description Tokens that a consent gave elsewhere; at least one of the two. */
        AuthorizationCode: {
            accessToken?: components["schemas"]["Token"] | null;
            /** @description The registration that the tokens are of, where it is no provider app. */
            clientId?: string | null;
            /** Format: password */
            clientSecret?: string | null;
            refreshToken?: components["schemas"]["Token"] | null;
            scopes?: string[];
        };
        /**
         * @description How requests are authorised.
         * @enum {string}
         */
        AuthType: "none" | "basic" | "oauth2" | "apiKey" | "custom";
        /** @description What is read first: one of the two. */
        BackfillPeriod: {
            /**
             * Format: int32
             * @description What changed in so many days; 0 is nothing.
             */
            days?: number;
            /** @description Everything. */
            fullHistory?: boolean;
        };
        /** @description How far a backfill has come. */
        BackfillProgress: components["schemas"]["Progress"] & {
            /**
             * Format: date-time
             * @description When it began.
             */
            createTime: string;
            /**
             * Format: date-time
             * @description When it last stored a page or ended.
             */
            updateTime: string;
        };
        /** @description A connection whose credentials the provider refuses. */
        BadConnection: {
            /** @description Whose it is. */
            groupRef?: string | null;
            /** @description Its id. */
            id: string;
            /** @description What ampline.toml calls it. */
            name?: string | null;
            /** @description Catalog name. */
            provider: string;
            /** @description Why, in the provider's words where there are any. */
            reason?: string | null;
        };
        /** @description A name and a password. */
        BasicAuth: {
            /** Format: password */
            password: string;
            username: string;
        };
        /** @description Which deliveries: one by its id, or all that match a filter. */
        BulkRequest: {
            /** @description Only say how many there are. */
            dryRun?: boolean;
            filter?: components["schemas"]["DeliveryFilter"] | null;
            /**
             * Format: int64
             * @description One delivery.
             */
            id?: number | null;
        };
        /** @description Which writes go many at a time. */
        BulkWriteSupport: {
            delete: boolean;
            insert: boolean;
            update: boolean;
            upsert: boolean;
        };
        /** @description Something that a sink may ask of the runtime. */
        Capability: {
            /** @description The interface of the contract. */
            interface: string;
            /** @description What it lets a sink do. */
            meaning: string;
        };
        /** @description What a provider says of a connection's credentials. */
        CheckedConnection: {
            /** @description Why they do not work. */
            error?: string | null;
            id: string;
            /** @description The credentials work, as far as that was asked. */
            ok: boolean;
            /** @description The provider was asked; where it was not, the tokens alone were looked at. */
            providerAsked: boolean;
            status: components["schemas"]["ConnectionStatus"];
            /** @description Why the connection does not work. */
            statusReason?: string | null;
        };
        /** @description A registration that is authorised for itself. */
        ClientCredentials: {
            clientId?: string | null;
            /** Format: password */
            clientSecret?: string | null;
            scopes?: string[];
        };
        /** @description What a customer chose at one time. */
        Config: {
            connectionId: string;
            /** @description What was chosen, by action and object. */
            content: unknown;
            /** @description Who chose. */
            createdBy: string;
            /** Format: date-time */
            createTime: string;
            /** @description Also the entity tag of the installation. */
            id: string;
            /**
             * Format: int32
             * @description From 1, in the order of the changes.
             */
            number: number;
            /** @description The integration's revision that it stands on. */
            revisionId: string;
        };
        /** @description What a customer chose. */
        ConfigRequest: {
            /** @description By action and object, like `{"read": {"objects": {"contacts": {}}}}`. What is left out is filled in from the manifest. */
            content: {
                [key: string]: unknown;
            };
            /** @description Who chose: `consumer:<id>`, … */
            createdBy?: string | null;
        };
        /** @description A group's credentials at a provider. The credentials themselves are shown to who asks for them by name. */
        Connection: components["schemas"]["ShownCredentials"] & {
            /** @description `none`, `apiKey`, `basic`, `oauth2/authorizationCode`, `oauth2/clientCredentials`, `oauth2/password`, … */
            authScheme: string;
            /** @description Who gave it. */
            consumer?: components["schemas"]["Consumer"];
            /** Format: date-time */
            createTime: string;
            /** @description Why it may not be used. */
            disabledReason?: string;
            /**
             * Format: date-time
             * @description Until when its access token holds.
             */
            expiresAt?: string;
            /** @description Whose it is. */
            group?: components["schemas"]["Group"];
            id: string;
            /** @description What ampline.toml calls it. */
            name?: string;
            origin: components["schemas"]["Origin"];
            /** @description The file that made it. */
            originFile?: string;
            projectId: string;
            /** @description Of the provider catalog. */
            provider: string;
            /** @description The registration that its tokens are renewed with. */
            providerApp?: components["schemas"]["ProviderAppRef"];
            /** @description What the provider's addresses need besides. */
            providerMetadata?: {
                [key: string]: unknown;
            };
            /** @description The provider's workspace (a subdomain, a portal). */
            providerWorkspaceRef?: string;
            status: components["schemas"]["ConnectionStatus"];
            /** @description Why it does not work. */
            statusReason?: string;
            /** Format: date-time */
            updateTime: string;
        };
        /**
         * @description Whether a connection's credentials are known to work.
         * @enum {string}
         */
        ConnectionStatus: "created" | "working" | "bad_credentials";
        /** @description New values of a connection; only those count that the mask names. */
        ConnectionValues: {
            /**
             * Format: password
             * @description A token that is sent as it is and never renewed.
             */
            accessToken?: string | null;
            /**
             * Format: password
             * @description A key of the provider.
             */
            apiKey?: string | null;
            basicAuth?: components["schemas"]["BasicAuth"] | null;
            /** @description What a provider with credentials of its own form asks for, by the names of its inputs. */
            customAuth?: {
                [key: string]: string;
            } | null;
            oauth2AuthorizationCode?: components["schemas"]["AuthorizationCode"] | null;
            oauth2ClientCredentials?: components["schemas"]["ClientCredentials"] | null;
            oauth2PasswordCredentials?: components["schemas"]["PasswordCredentials"] | null;
            /** @description The provider app that tokens are renewed with; the only one of the provider, where it is not given. */
            providerAppId?: string | null;
            /** @description What the provider's addresses need besides. */
            providerMetadata?: {
                [key: string]: components["schemas"]["MetadataValue"];
            };
            /** @description The provider's workspace (a subdomain, a portal). */
            providerWorkspaceRef?: string | null;
        };
        /** @description Where a person gives consent. */
        ConsentAddress: {
            /** @description The connection that there will be. */
            connection: string;
            /**
             * Format: date-time
             * @description Until when the address may be used.
             */
            expiresAt: string;
            /** @description To send the person to. */
            url: string;
        };
        /** @description A person of a customer's team. */
        Consumer: {
            /** @description Shown to people. */
            consumerName: string;
            /** @description The product's own id for the person. */
            consumerRef: string;
            projectId: string;
        };
        /** @description A key to be made. */
        CreateApiKeyRequest: {
            /**
             * Format: date-time
             * @description Until when it holds; for ever where it is left out.
             */
            expireTime?: string | null;
            /** @description What people call it. */
            label: string;
            /** @description What it may be used for; `full` where it is left out. */
            scopes?: components["schemas"]["KeyScope"][];
        };
        /** @description A destination to be made. */
        CreateDestinationRequest: {
            /** @description The sink's configuration, as its schema says. What belongs to other types of the contract is left out. */
            metadata: {
                [key: string]: unknown;
            };
            /**
             * @description What manifests call it: unique within the project; letters, numbers and dashes.
             * @example leadConvertedWebhook
             */
            name: string;
            /** @description Credentials by name; never shown again. */
            secrets?: {
                [key: string]: string;
            };
            /**
             * @description The sink that is to serve it: `webhook`, `kinesis`, `s3`, `postgres`, `api`, or an installed one.
             * @example webhook
             */
            type: string;
        };
        /** @description How tokens name the key. */
        CreatedJwtKey: {
            /** @description Belongs into the header of every token. */
            kid: string;
        };
        /** @description A request for an installation. */
        CreateInstallationRequest: {
            config: components["schemas"]["ConfigRequest"];
            /** @description The connection to read with; the group's only one for the provider, where it is not given. */
            connectionId?: string | null;
            /** @description Shown to people. */
            consumerName?: string | null;
            /** @description The product's own id for the person who installs. */
            consumerRef?: string | null;
            /** @description Shown to people. */
            groupName?: string | null;
            /** @description The product's own id for the customer's team. */
            groupRef: string;
        };
        /** @description A public key to be made known. */
        CreateJwtKeyRequest: {
            /** @description How tokens are signed. */
            algorithm: components["schemas"]["JwtAlgorithm"];
            /** @description What people call it. */
            label: string;
            /** @description A public key of RSA with 2,048 to 8,192 bits in PEM form, BEGIN PUBLIC KEY. */
            publicKeyPem: string;
        };
        /** @description A request for a route from a type of notification to a topic. */
        CreateNotificationEventTopicRouteRequest: {
            /** @description The type of notification: `connection.error`, `read.backfill.done`, … */
            eventType: string;
            /** @description The topic's id or name. */
            topicId: string;
        };
        /** @description What a provider needs besides. */
        CreateProviderAppMetadata: {
            /** @description Further parameters of the consent address. */
            authQueryParams?: {
                [key: string]: string;
            };
            /** @description What the provider's addresses need. */
            providerParams?: {
                [key: string]: string;
            };
        };
        /** @description The product's registration at a provider. */
        CreateProviderAppRequest: {
            /** @description The registration's id at the provider. */
            clientId: string;
            /**
             * Format: password
             * @description Not there for a public client.
             */
            clientSecret?: string | null;
            /** @description The product's own id for it. */
            externalRef?: string | null;
            metadata?: components["schemas"]["CreateProviderAppMetadata"] | null;
            /** @description Of the provider catalog. */
            provider: string;
            /** @description Asked for in place of the catalog's. */
            scopes?: string[];
        };
        /** @description A request for a route from a topic to a destination. */
        CreateTopicDestinationRouteRequest: {
            /** @description The destination's id; its name does, too. */
            destinationId: string;
            /** @description The topic's id or name. */
            topicId: string;
        };
        /** @description A request for a topic. */
        CreateTopicRequest: {
            /** @description Letters, digits, dots, dashes and underscores. */
            name: string;
        };
        /** @description Credentials of a form of the provider's own. */
        CustomOptions: {
            headers: components["schemas"]["CustomPart"][];
            /** @description What a customer gives; all of it is secret. */
            inputs: components["schemas"]["ProviderInput"][];
            queryParams: components["schemas"]["CustomPart"][];
        };
        /** @description A header or a parameter. */
        CustomPart: {
            name: string;
            /** @description `{{.name}}` stands for an input. */
            valueTemplate: string;
        };
        /** @description A delivery with its attempts and its message, as stored. */
        DeliveryDetail: components["schemas"]["DeliverySummary"] & {
            /** @description Oldest first. */
            attemptLog: components["schemas"]["AttemptRow"][];
            /** @description The message as it is stored; not there once retention took it. */
            message?: unknown;
            /** @description What templates may name; not there once retention took the message. */
            metadata?: {
                [key: string]: string;
            };
        };
        /** @description Which deliveries. */
        DeliveryFilter: {
            /**
             * @description Name of the destination.
             * @default null
             */
            destination: string | null;
            /**
             * Format: uuid
             * @description One envelope.
             * @default null
             */
            eventId: string | null;
            /**
             * @description The customer's group.
             * @default null
             */
            groupRef: string | null;
            /**
             * Format: int64
             * @description One delivery.
             * @default null
             */
            id: number | null;
            /**
             * @description As messages carry it.
             * @default null
             */
            objectName: string | null;
            /**
             * Format: date-time
             * @description Made at this time or later.
             * @default null
             */
            since: string | null;
            /** @default null */
            status: components["schemas"]["DeliveryStatus"] | null;
            /**
             * Format: date-time
             * @description Made before this time.
             * @default null
             */
            until: string | null;
        };
        /**
         * @description How a delivery stands.
         * @enum {string}
         */
        DeliveryStatus: "pending" | "delivered" | "dead";
        /** @description One delivery, without its body. */
        DeliverySummary: {
            /**
             * Format: int32
             * @description Attempts made.
             */
            attempts: number;
            /** @description Name of the destination. */
            destination: string;
            /**
             * Format: uuid
             * @description The envelope's id.
             */
            eventId: string;
            /** @description The customer's group. */
            groupRef: string;
            /**
             * Format: int64
             * @description Names the delivery.
             */
            id: number;
            /**
             * Format: date-time
             * @description When the next attempt falls due, while pending.
             */
            nextAttemptAt?: string | null;
            /** @description As messages carry it. */
            objectName: string;
            /**
             * Format: date-time
             * @description When the message was made.
             */
            occurredAt: string;
            /** @description Why it was given up, or what the last attempt said. */
            reason?: string | null;
            /**
             * Format: int64
             * @description The delivery that this one replays.
             */
            replayOf?: number | null;
            /**
             * Format: int64
             * @description Bytes of the body.
             */
            size: number;
            /** @description How it stands. */
            status: components["schemas"]["DeliveryStatus"];
        };
        /** @description What a deployment would change. Nothing has changed yet. */
        DeploymentPlan: {
            /** @description Whether anything would be other than before. */
            changes: boolean;
            /** @description Those of the manifest, in its order. */
            integrations: components["schemas"]["IntegrationPlan"][];
            /** @description Whether `destructive=true` is needed: installations read what the manifest no longer has. */
            needsDestructive: boolean;
            /** @description What installations would read no longer. */
            removed: components["schemas"]["RemovedObject"][];
            /** @description Names of the other integrations, which stay as they are. */
            untouched: string[];
        };
        /** @description What came of a deployment: the integrations as they are then, or with `dryRun` what would change. */
        DeploymentResult: components["schemas"]["Integration"][] | components["schemas"]["DeploymentPlan"];
        /** @description Where messages go. */
        Destination: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            createTime: string;
            /** @description Why it is stopped. */
            disabledReason?: string;
            /** @description Stable, as messages' metadata carries it. */
            id: string;
            /** @description The sink's configuration, in the spelling in which it was given. */
            metadata: {
                [key: string]: unknown;
            };
            /** @description What manifests call it. */
            name: string;
            origin: components["schemas"]["DestinationOrigin"];
            /** @description The file that declares it: it is changed there. */
            originFile?: string;
            /** @description Shown where they are asked for. */
            secrets?: components["schemas"]["DestinationSecrets"];
            /** @description The sink that serves it. */
            type: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updateTime: string;
        };
        /**
         * @description Who made a destination.
         * @enum {string}
         */
        DestinationOrigin: "file" | "manifest" | "command" | "api";
        /** @description What receivers verify messages with. */
        DestinationSecrets: {
            /** @description The newest key of a webhook (`whsec_…`). */
            webhookSigningKey?: string;
        };
        /** @description How a destination stands. */
        DestinationState: {
            /**
             * Format: int64
             * @description Envelopes that were given up.
             */
            dead: number;
            /**
             * Format: int64
             * @description Envelopes that were taken, as far as retention keeps them.
             */
            delivered: number;
            /** @description Why it is stopped until a person acts; nothing while it runs. */
            disabledReason?: string | null;
            /**
             * Format: date-time
             * @description The first failure since the last success.
             */
            failingSince?: string | null;
            /**
             * Format: int64
             * @description Failures since the last success.
             */
            failures: number;
            /** @description Whether it was deleted, or has another name by now: what the journal still holds of it are dead letters and history. */
            gone?: boolean;
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Envelopes that wait.
             */
            pending: number;
            /**
             * Format: int64
             * @description Bytes of their bodies.
             */
            pendingBytes: number;
        };
        /** @description New values of a destination. */
        DestinationUpdate: {
            /** @description Members of the configuration. */
            metadata?: {
                [key: string]: unknown;
            };
            /** @description Another name. */
            name?: string | null;
            /** @description Credentials by name; never shown again. */
            secrets?: {
                [key: string]: string;
            };
            /** @description Not to be changed; taken in for clients that send what they were shown. */
            type?: string | null;
        };
        /** @description An event with its text. */
        EventDetail: components["schemas"]["EventSummary"] & {
            /** @description As the provider sent it. */
            rawEvent?: unknown;
        };
        /** @description Which events. */
        EventFilter: {
            /**
             * Format: int64
             * @description One event.
             * @default null
             */
            id: number | null;
            /**
             * @description The installation.
             * @default null
             */
            installationId: string | null;
            /**
             * @description The provider's object name.
             * @default null
             */
            objectName: string | null;
            /** @default null */
            status: components["schemas"]["EventStatus"] | null;
        };
        /** @description What became of a call's events. */
        EventsTaken: {
            /**
             * Format: int64
             * @description Events that are stored.
             */
            accepted: number;
            /**
             * Format: int64
             * @description Events that no installation wants.
             */
            ignored: number;
            /**
             * Format: int64
             * @description Events that were known already.
             */
            repeated: number;
        };
        /**
         * @description How an event stands.
         * @enum {string}
         */
        EventStatus: "waiting" | "dead";
        /** @description One event, without its body. */
        EventSummary: ({
            /** @description The installation. */
            installationId: string;
            /** @description The provider's object name. */
            objectName: string;
        } & Record<string, never>) & {
            /**
             * Format: date-time
             * @description When it was accepted.
             */
            acceptedAt: string;
            /**
             * Format: int64
             * @description Names the event.
             */
            id: number;
            /**
             * Format: date-time
             * @description Until when its queue waits, if it must.
             */
            nextAttemptAt?: string | null;
            /**
             * Format: date-time
             * @description When it happened at the provider.
             */
            occurredAt: string;
            /** @description The provider's own name for what happened. */
            providerEventType: string;
            /** @description Why it was given up, or why its queue waits. */
            reason?: string | null;
            /** @description The record, where the event names one. */
            recordId?: string | null;
            /** @description How it stands. */
            status: components["schemas"]["EventStatus"];
        };
        /** @description What a provider says of a field. */
        FieldMetadata: {
            /** @description Shown to people; the name where the provider has no label. */
            displayName: string;
            /** @description The provider's name, as written. */
            fieldName: string;
            /** @description Whether the customer made it. */
            isCustom?: boolean;
            /** @description Whether a record cannot be made without it. */
            isRequired?: boolean;
            /** @description The provider's own word for it. */
            providerType?: string;
            /** @description Whether it cannot be written. */
            readOnly?: boolean;
            /** @description Objects that it refers to. */
            referenceTo?: string[];
            /** @description The values to choose from. */
            values?: components["schemas"]["FieldValue"][];
            /** @description The kind of value; left out where the provider does not say. */
            valueType?: components["schemas"]["ValueType"];
        };
        /** @description One value to choose from. */
        FieldValue: {
            /** @description Shown to people. */
            displayValue: string;
            /** @description As records hold it. */
            value: string;
        };
        /**
         * @description Whether a manifest with this finding can be deployed.
         * @enum {string}
         */
        FindingSeverity: "error" | "warning";
        /** @description A connection with credentials that the product has already: exactly one way to authorise. */
        GenerateConnectionRequest: {
            /**
             * Format: password
             * @description A token that is sent as it is and never renewed.
             */
            accessToken?: string | null;
            /**
             * Format: password
             * @description A key of the provider.
             */
            apiKey?: string | null;
            basicAuth?: components["schemas"]["BasicAuth"] | null;
            consumerName?: string | null;
            /** @description The product's own id for the person. */
            consumerRef?: string | null;
            /** @description What a provider with credentials of its own form asks for, by the names of its inputs. */
            customAuth?: {
                [key: string]: string;
            } | null;
            groupName?: string | null;
            /** @description The product's own id for the customer's team. */
            groupRef: string;
            oauth2AuthorizationCode?: components["schemas"]["AuthorizationCode"] | null;
            oauth2ClientCredentials?: components["schemas"]["ClientCredentials"] | null;
            oauth2PasswordCredentials?: components["schemas"]["PasswordCredentials"] | null;
            /** @description Of the provider catalog. */
            provider: string;
            /** @description The provider app that tokens are renewed with; the only one of the provider, where it is not given. */
            providerAppId?: string | null;
            /** @description What the provider's addresses need besides. */
            providerMetadata?: {
                [key: string]: components["schemas"]["MetadataValue"];
            };
            /** @description The provider's workspace (a subdomain, a portal). */
            providerWorkspaceRef?: string | null;
        };
        /** @description Exactly one way to authorise. */
        GivenCredentials: {
            /**
             * Format: password
             * @description A token that is sent as it is and never renewed.
             */
            accessToken?: string | null;
            /**
             * Format: password
             * @description A key of the provider.
             */
            apiKey?: string | null;
            basicAuth?: components["schemas"]["BasicAuth"] | null;
            /** @description What a provider with credentials of its own form asks for, by the names of its inputs. */
            customAuth?: {
                [key: string]: string;
            } | null;
            oauth2AuthorizationCode?: components["schemas"]["AuthorizationCode"] | null;
            oauth2ClientCredentials?: components["schemas"]["ClientCredentials"] | null;
            oauth2PasswordCredentials?: components["schemas"]["PasswordCredentials"] | null;
            /** @description The provider app that tokens are renewed with; the only one of the provider, where it is not given. */
            providerAppId?: string | null;
        };
        /** @description A customer's team. */
        Group: {
            /** @description Shown to people. */
            groupName: string;
            /** @description The product's own id for it. */
            groupRef: string;
            projectId: string;
        };
        /**
         * @description Whether an installation can work.
         * @enum {string}
         */
        HealthStatus: "healthy" | "unhealthy";
        /** @description A field, or a concept whose field the customer chooses (it has no `fieldName`). */
        HydratedField: {
            /** @description Used where the customer chose none. */
            default?: string;
            /** @description Shown to people. */
            displayName?: string;
            fieldName?: string;
            mapToDisplayName?: string;
            mapToName?: string;
            /** @description Shown to people. */
            prompt?: string;
        };
        /** @description An integration with what a customer's account has. */
        HydratedIntegration: {
            /** @description Shown to people. */
            displayName: string;
            name: string;
            /** @description Of the provider catalog. */
            provider: string;
            /** @description As amp.yaml writes it. */
            proxy?: unknown;
            read?: components["schemas"]["HydratedRead"];
            /** @description As amp.yaml writes it. */
            write?: unknown;
        };
        /** @description An object that is read, with the fields that the customer's account has. */
        HydratedObject: {
            /** @description Every field of the account. */
            allFields?: components["schemas"]["HydratedField"][];
            /** @description What the provider says of them, by their names. */
            allFieldsMetadata?: {
                [key: string]: components["schemas"]["FieldMetadata"];
            };
            /** @description As amp.yaml writes it. */
            backfill?: unknown;
            /** @description Name of the destination. */
            destination: string;
            /** @description Shown to people. */
            displayName: string;
            /** @description Why the account's fields are not known. */
            error?: string;
            mapToDisplayName?: string;
            mapToName?: string;
            /** @description The provider's name. */
            objectName: string;
            /** @description Fields that a customer may choose. */
            optionalFields: components["schemas"]["HydratedField"][];
            /** @description `all`: a customer may choose any field. */
            optionalFieldsAuto?: string;
            /** @description Fields that every installation reads. */
            requiredFields: components["schemas"]["HydratedField"][];
            /** @description When it is read; empty where only when triggered. */
            schedule: string;
        };
        /** @description The objects that are read. */
        HydratedRead: {
            objects: components["schemas"]["HydratedObject"][];
        };
        /** @description A revision with what a customer's account has. */
        HydratedRevision: {
            content: components["schemas"]["HydratedIntegration"];
            /**
             * Format: date-time
             * @description When it was deployed.
             */
            createTime: string;
            id: string;
            /** @description Of the manifest. */
            specVersion: string;
        };
        /** @description How the inbox stands. */
        InboxState: {
            /**
             * Format: int64
             * @description Events that were given up.
             */
            dead: number;
            /**
             * Format: int64
             * @description Events that wait.
             */
            waiting: number;
            /**
             * Format: int64
             * @description Bytes of their bodies.
             */
            waitingBytes: number;
        };
        /** @description Who uses which integration, and what they chose. */
        Installation: {
            config: components["schemas"]["Config"];
            connection: components["schemas"]["Connection"];
            consumer: components["schemas"]["Consumer"];
            /** @description `consumer:<id>`, … */
            createdBy: string;
            /** Format: date-time */
            createTime: string;
            /** @description Why nothing of it is read. */
            disabledReason?: string;
            group: components["schemas"]["Group"];
            healthStatus: components["schemas"]["HealthStatus"];
            id: string;
            integrationId: string;
            integrationName: string;
            /** @description What does not work. */
            issues?: components["schemas"]["Issue"][];
            /** @description How its latest operation stands; not there before the first. */
            lastOperationStatus?: components["schemas"]["OperationStatus"];
            origin: components["schemas"]["Origin"];
            /** @description The file that made it. */
            originFile?: string;
            projectId: string;
            /** Format: date-time */
            updateTime: string;
        };
        /** @description An integration as it is deployed. */
        Integration: {
            /**
             * Format: date-time
             * @description When it was first deployed.
             */
            createTime: string;
            /** @description Why nothing of it is read. */
            disabledReason?: string;
            /** @description Stable; follows from the name. */
            id: string;
            /** @description What counts for whatever is configured from now on. */
            latestRevision: components["schemas"]["Revision"];
            /** @description As amp.yaml calls it. */
            name: string;
            origin: components["schemas"]["Origin"];
            /** @description The file that made it. */
            originFile?: string;
            /** @description The project. */
            projectId: string;
            /** @description Of the provider catalog. */
            provider: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updateTime: string;
        };
        /**
         * @description What becomes of an integration.
         * @enum {string}
         */
        IntegrationChange: "created" | "updated" | "unchanged";
        /** @description What would become of one integration. */
        IntegrationPlan: {
            change: components["schemas"]["IntegrationChange"];
            /** @description What the manifest says otherwise; empty for a new integration. */
            differences: components["schemas"]["ManifestDifference"][];
            /** @description How many installations it has. */
            installations: number;
            /** @description What would newly stand in the way of installations. */
            issues: components["schemas"]["IssueConsequence"][];
            name: string;
            /** @description Of the provider catalog. */
            provider: string;
            /** @description What becomes of reads. */
            reads: components["schemas"]["ReadConsequence"][];
            /**
             * Format: int32
             * @description The number of its latest revision then, from 1.
             */
            revision: number;
        };
        /** @description What is deployed: one of the two. */
        IntegrationSource: {
            /** @description The text of an amp.yaml. */
            sourceYaml?: string | null;
            /** @description Where an archive with an amp.yaml was put: `gs://`, the bucket and the path of generate-upload-url. */
            sourceZipUrl?: string | null;
        };
        /** @description Something of an installation that does not work. */
        Issue: {
            /** @description Why, and what to do. */
            message: string;
            /** @description Where, like `config.content.read.objects.contacts.destination`. */
            path: string;
        };
        /** @description A problem that installations would have. */
        IssueConsequence: {
            /** @description The groups of some of them (at most 20), by their references. */
            groups: string[];
            /** @description How many installations. */
            installations: number;
            issue: components["schemas"]["Issue"];
        };
        /** @description One item, as clients see it. */
        Item: {
            /** @description The record. */
            data: unknown;
            /** @description The provider's primary key. */
            id: string;
            /**
             * Format: date-time
             * @description When the provider last changed it.
             */
            updateTime: string;
        };
        /** @enum {string} */
        JwtAlgorithm: "RS256";
        /** @description A public key. */
        JwtKey: {
            /** @description Whether tokens are believed by it. */
            active: boolean;
            /** @description The kind of the key. */
            algorithm: components["schemas"]["JwtKeyKind"];
            /**
             * Format: date-time
             * @description When it was made known.
             */
            createTime: string;
            /** @description What tokens name as their `kid`. */
            id: string;
            /** @description What people call it. */
            label: string;
            /** @description The project's id. */
            projectId: string;
            /** @description The key, BEGIN PUBLIC KEY. */
            publicKeyPem: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updateTime: string;
        };
        /** @enum {string} */
        JwtKeyKind: "RSA";
        /** @enum {string} */
        JwtKeyMask: "active" | "label";
        /** @description A public key's members that can be changed. */
        JwtKeyValues: {
            /** @description Whether tokens are believed by it. */
            active?: boolean | null;
            /** @description What people call it. */
            label?: string | null;
        };
        /**
         * @description Part of a request.
         * @enum {string}
         */
        KeyAttachment: "header" | "query";
        /** @description A header that holds a key. */
        KeyHeader: {
            name: string;
            /** @description Written before the key. */
            valuePrefix: string;
        };
        /** @description A parameter that holds a key. */
        KeyParameter: {
            name: string;
        };
        /**
         * @description What a key may be used for.
         * @enum {string}
         */
        KeyScope: "full" | "frontend" | "read" | "store";
        /** @description One thing that an operation has to say. */
        Log: {
            message: components["schemas"]["LogMessage"];
            severity: components["schemas"]["Severity"];
            /** Format: date-time */
            timestamp: string;
        };
        /** @description What is said. */
        LogMessage: {
            /** @description Figures: pages, records, waits. */
            details?: unknown;
            /** @description What went wrong, in the provider's words where there are any. */
            error?: string;
            msg: string;
            /** Format: uuid */
            operation_id: string;
        };
        /** @description What came of a check. */
        ManifestCheck: {
            /** @description In the order of their places. */
            issues: components["schemas"]["ManifestFinding"][];
            /** @description Whether it can be deployed: no finding is an error. */
            valid: boolean;
        };
        /** @description One place where the manifest says otherwise. */
        ManifestDifference: {
            /** @description What it says; left out where this is gone. */
            after?: unknown;
            /** @description What it said; left out where this is new. */
            before?: unknown;
            /** @description Keys, and names of objects and fields: `read`, `objects`, `contacts`, `schedule`. */
            path: string[];
        };
        /** @description One edit of the text. */
        ManifestEdit: {
            /** @description Offset behind the last one. */
            end: number;
            /** @description Offset of the first byte that is replaced. */
            start: number;
            /** @description What stands there afterwards. */
            text: string;
        };
        /** @description One problem of a manifest. */
        ManifestFinding: {
            /**
             * Format: int32
             * @description From 1, in characters.
             */
            column: number;
            /** @description The same as edits of the text. */
            fix?: components["schemas"]["ManifestFix"];
            /**
             * Format: int32
             * @description From 1.
             */
            line: number;
            /** @description What is wrong. */
            message: string;
            /** @description What it is about: `$.integrations[0].read.objects[1].schedule`. */
            path: string;
            /** @description The rule that is broken, for `# amp:ignore[…]`. */
            rule: string;
            severity: components["schemas"]["FindingSeverity"];
            /** @description What to do. */
            suggestion?: string;
        };
        /** @description Edits that solve a problem. */
        ManifestFix: {
            edits: components["schemas"]["ManifestEdit"][];
            /** @description Whether they change nothing else; this was tried. */
            safe: boolean;
            /** @description What they do. */
            title: string;
        };
        /** @description A manifest to check. */
        ManifestRequest: {
            /** @description The text of an amp.yaml. */
            sourceYaml: string;
        };
        /** @description What a provider's addresses need: a text, or one with where it comes from. */
        MetadataValue: string | components["schemas"]["Sourced"];
        /**
         * @description How a triggered read runs.
         * @enum {string}
         */
        Mode: "async";
        /** @description A route from a type of notification to a topic. */
        NotificationEventTopicRoute: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            createTime: string;
            /** @description The type of notification: `connection.error`, `read.backfill.done`, … */
            eventType: string;
            /** @description Stable. */
            id: string;
            /** @description The project. */
            projectId: string;
            /** @description The topic's id. */
            topicId: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updateTime: string;
        };
        /** @description What of a route changes. */
        NotificationEventTopicRoutePatch: {
            /** @description The type of notification: `connection.error`, `read.backfill.done`, … */
            eventType?: string | null;
            /** @description The topic's id or name. */
            topicId?: string | null;
        };
        /**
         * @description How tokens are first got.
         * @enum {string}
         */
        OAuth2GrantType: "authorizationCodePKCE" | "clientCredentials" | "password";
        /** @description OAuth 2 as the provider speaks it. */
        OAuth2Options: {
            /** @description Where a person consents; left out where the grant needs none. */
            authURL?: string;
            /** @description Further parameters of the consent address. */
            authURLParams?: {
                [key: string]: string;
            };
            /** @description Whether a registration should name scopes: none are asked for otherwise. */
            explicitScopesRequired: boolean;
            /** @description Whether a connection must say its workspace before it can be made. */
            explicitWorkspaceRequired: boolean;
            grantType: components["schemas"]["OAuth2GrantType"];
            tokenMetadataFields: components["schemas"]["TokenMetadataFields"];
            /** @description Where tokens are given and refreshed. */
            tokenURL: string;
        };
        /** @description Whose consent is asked for. */
        OauthConnectRequest: {
            consumerName?: string | null;
            /** @description The product's own id for the person. */
            consumerRef?: string | null;
            /** @description It makes no difference: every state is of chance and good for one answer. */
            enableCSRFProtection?: boolean | null;
            groupName?: string | null;
            /** @description The product's own id for the customer's team. */
            groupRef: string;
            /** @description Needed where the path names no project. */
            projectIdOrName?: string | null;
            /** @description Of the provider catalog. */
            provider: string;
            /** @description The registration to ask for; the only one of the provider, where it is not given. */
            providerAppId?: string | null;
            /** @description What the provider's addresses need besides. */
            providerMetadata?: {
                [key: string]: components["schemas"]["MetadataValue"];
            };
            /** @description The provider's workspace (a subdomain, a portal). */
            providerWorkspaceRef?: string | null;
        };
        /** @description What a provider says of an object. */
        ObjectMetadata: {
            /** @description Shown to people. */
            displayName: string;
            /** @description By their names. */
            fields: {
                [key: string]: components["schemas"]["FieldMetadata"];
            };
            /** @description The name that the manifest maps it to. */
            mappedObjectName?: string;
            /** @description The provider's name. */
            name: string;
        };
        /** @description What a read did. */
        Operation: {
            actionType: components["schemas"]["ActionType"];
            /** @description The configuration that it read with. Not there once the installation is gone. */
            configId?: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            createTime: string;
            /** Format: uuid */
            id: string;
            installationId: string;
            /** @description Not there once the installation is gone. */
            integrationId?: string;
            metadata: components["schemas"]["OperationMetadata"];
            projectId: string;
            /** @description How it ended, for a person. */
            result?: string;
            status: components["schemas"]["OperationStatus"];
            /**
             * Format: date-time
             * @description When it last stored a page or ended.
             */
            updateTime: string;
        };
        /** @description Of what and how far. */
        OperationMetadata: {
            /** @description By the provider's names. */
            objects: string[];
            /**
             * Format: int32
             * @description Pages that are stored.
             */
            pages: number;
            progress: components["schemas"]["Progress"];
            /** @description `backfill`, `scheduled` or `triggered`; not there before the first page. */
            readType?: string;
        };
        /**
         * @description What kind of read an operation is.
         * @enum {string}
         */
        OperationStatus: "in_progress" | "success" | "failure";
        /**
         * @description Who made a thing, and so who may change it.
         * @enum {string}
         */
        Origin: "file" | "command" | "api";
        /** @description One page of a list. */
        Paged_DeliverySummary: {
            /** @description Whether there are more. */
            pagination: components["schemas"]["Pagination"];
            /** @description The rows. */
            results: {
                /**
                 * Format: int32
                 * @description Attempts made.
                 */
                attempts: number;
                /** @description Name of the destination. */
                destination: string;
                /**
                 * Format: uuid
                 * @description The envelope's id.
                 */
                eventId: string;
                /** @description The customer's group. */
                groupRef: string;
                /**
                 * Format: int64
                 * @description Names the delivery.
                 */
                id: number;
                /**
                 * Format: date-time
                 * @description When the next attempt falls due, while pending.
                 */
                nextAttemptAt?: string | null;
                /** @description As messages carry it. */
                objectName: string;
                /**
                 * Format: date-time
                 * @description When the message was made.
                 */
                occurredAt: string;
                /** @description Why it was given up, or what the last attempt said. */
                reason?: string | null;
                /**
                 * Format: int64
                 * @description The delivery that this one replays.
                 */
                replayOf?: number | null;
                /**
                 * Format: int64
                 * @description Bytes of the body.
                 */
                size: number;
                /** @description How it stands. */
                status: components["schemas"]["DeliveryStatus"];
            }[];
        };
        /** @description One page of a list. */
        Paged_EventSummary: {
            /** @description Whether there are more. */
            pagination: components["schemas"]["Pagination"];
            /** @description The rows. */
            results: (({
                /** @description The installation. */
                installationId: string;
                /** @description The provider's object name. */
                objectName: string;
            } & Record<string, never>) & {
                /**
                 * Format: date-time
                 * @description When it was accepted.
                 */
                acceptedAt: string;
                /**
                 * Format: int64
                 * @description Names the event.
                 */
                id: number;
                /**
                 * Format: date-time
                 * @description Until when its queue waits, if it must.
                 */
                nextAttemptAt?: string | null;
                /**
                 * Format: date-time
                 * @description When it happened at the provider.
                 */
                occurredAt: string;
                /** @description The provider's own name for what happened. */
                providerEventType: string;
                /** @description Why it was given up, or why its queue waits. */
                reason?: string | null;
                /** @description The record, where the event names one. */
                recordId?: string | null;
                /** @description How it stands. */
                status: components["schemas"]["EventStatus"];
            })[];
        };
        /** @description One page of a list. */
        Paged_Item: {
            /** @description Whether there are more. */
            pagination: components["schemas"]["Pagination"];
            /** @description The rows. */
            results: {
                /** @description The record. */
                data: unknown;
                /** @description The provider's primary key. */
                id: string;
                /**
                 * Format: date-time
                 * @description When the provider last changed it.
                 */
                updateTime: string;
            }[];
        };
        /** @description One page of a list. */
        Paged_Operation: {
            /** @description Whether there are more. */
            pagination: components["schemas"]["Pagination"];
            /** @description The rows. */
            results: {
                actionType: components["schemas"]["ActionType"];
                /** @description The configuration that it read with. Not there once the installation is gone. */
                configId?: string;
                /**
                 * Format: date-time
                 * @description When it began.
                 */
                createTime: string;
                /** Format: uuid */
                id: string;
                installationId: string;
                /** @description Not there once the installation is gone. */
                integrationId?: string;
                metadata: components["schemas"]["OperationMetadata"];
                projectId: string;
                /** @description How it ended, for a person. */
                result?: string;
                status: components["schemas"]["OperationStatus"];
                /**
                 * Format: date-time
                 * @description When it last stored a page or ended.
                 */
                updateTime: string;
            }[];
        };
        /** @description Whether a list goes on. */
        Pagination: {
            /** @description This is the last page. */
            done: boolean;
            /** @description Where the next page begins; not there behind the last. */
            nextPageToken?: string;
        };
        /** @description A person's name and password, which are exchanged for tokens. */
        PasswordCredentials: {
            clientId?: string | null;
            /** Format: password */
            clientSecret?: string | null;
            /** Format: password */
            password: string;
            scopes?: string[];
            username: string;
        };
        /** @description A JSON Patch of one object's configuration. One of `groupRef` and `installationId` says whose. */
        PatchObjectRequest: {
            action: components["schemas"]["Action"];
            changes: components["schemas"]["PatchOperation"][];
            groupRef?: string | null;
            installationId?: string | null;
        };
        /** @description One operation of a JSON Patch. Its path is within the configuration of one object. */
        PatchOperation: {
            op: components["schemas"]["PatchVerb"];
            /** @description A JSON Pointer within the object's configuration, like `/selectedFields/email`. */
            path: string;
            /** @description Needed by `add` and `replace`. */
            value?: unknown;
        };
        /** @enum {string} */
        PatchVerb: "add" | "remove" | "replace";
        /** @description Why and since when a read by schedule does not run. */
        Pause: {
            /**
             * Format: date-time
             * @description Since when.
             */
            at: string;
            /** @description It paused by itself, after failing again and again. */
            automatic: boolean;
            /** @description The note of whoever paused it, or the failure that did. */
            reason: string;
        };
        /** @description Which objects of an installation, and why. */
        PauseRequest: {
            /** @description Shown to whoever asks why nothing is read. */
            note?: string | null;
            /** @description The provider's object names; all objects where none is named. */
            objects?: string[];
        };
        /**
         * @description Where in a request an issue is.
         * @enum {string}
         */
        Place: "body" | "header" | "path" | "query";
        /** @description An error (RFC 9457). */
        Problem: {
            /** @description What is wrong, for a person. */
            detail: string;
            /** @description What was asked for: the path of the request. */
            instance: string;
            /** @description Everything in the request that cannot work. */
            issues?: components["schemas"]["RequestIssue"][];
            /** @description What to do about it. */
            remedy?: string;
            /** @description Names this request in the runtime's log; also in the header `X-Request-Id`. */
            requestId: string;
            /** @description Whether the same request may work later. */
            retryable: boolean;
            /**
             * Format: date-time
             * @description When to try again, where that can be told.
             */
            retryAfter?: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /**
             * Format: date-time
             * @description When it was answered.
             */
            time: string;
            /** @description The status in words. */
            title: string;
            /** @description `about:blank`: the status says what kind of problem it is. */
            type: string;
        };
        /** @description How far a read has come. */
        Progress: {
            installationId: string;
            /** @description By the provider's name. */
            objectName: string;
            /** Format: uuid */
            operationId: string;
            /**
             * Format: int64
             * @description How many there are, where the provider tells.
             */
            recordsEstimatedTotal?: number;
            /** Format: int64 */
            recordsProcessed: number;
        };
        /** @description What a runtime serves. */
        Project: {
            /** @description What the product is called. */
            appName?: string;
            /**
             * Format: date-time
             * @description When its store was made.
             */
            createTime: string;
            /** @description As ampline.toml says. */
            id: string;
            /** @description The same: a runtime's project has no other name. */
            name: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updateTime: string;
        };
        /** @description New values of a project. */
        ProjectUpdate: {
            /** @description What the product is called. */
            appName?: string | null;
        };
        /** @description The product's registration at a provider. Its secret goes in and never out. */
        ProviderApp: {
            /** @description The registration's id at the provider. */
            clientId: string;
            /** Format: date-time */
            createTime: string;
            /** @description The product's own id for it. */
            externalRef?: string;
            id: string;
            metadata: components["schemas"]["ProviderAppMetadata"];
            /** @description `file` or `api`: who made it, and so who may change it. */
            origin: string;
            projectId: string;
            /** @description Of the provider catalog. */
            provider: string;
            /** @description Asked for in place of the catalog's. */
            scopes: string[];
            /** Format: date-time */
            updateTime: string;
        };
        /** @description What a provider needs besides. */
        ProviderAppMetadata: {
            /** @description Further parameters of the consent address. */
            authQueryParams: {
                [key: string]: string;
            };
            /** @description What the provider's addresses need. */
            providerParams: {
                [key: string]: string;
            };
        };
        /** @description Names a provider app. */
        ProviderAppRef: {
            id: string;
        };
        /** @description New values of a provider app; only those count that the mask names. */
        ProviderAppValues: {
            /** @description The registration's id at the provider. */
            clientId?: string | null;
            /**
             * Format: password
             * @description Not there for a public client.
             */
            clientSecret?: string | null;
            /** @description The product's own id for it. */
            externalRef?: string | null;
            metadata?: components["schemas"]["CreateProviderAppMetadata"] | null;
            /** @description Asked for in place of the catalog's. */
            scopes?: string[];
        };
        /** @description A provider of the catalog. */
        ProviderInfo: {
            apiKeyOpts?: components["schemas"]["ApiKeyOptions"];
            authType: components["schemas"]["AuthType"];
            /** @description Where its API is; `{{.workspace}}` and the like stand for what a connection says. */
            baseURL: string;
            customOpts?: components["schemas"]["CustomOptions"];
            /** @description The module that counts where a manifest names none; empty where there are none. */
            defaultModule: string;
            /** @description Shown to people. */
            displayName: string;
            /** @description Where the provider describes its API, for people. */
            docsURL?: string;
            metadata?: components["schemas"]["ProviderMetadata"];
            /** @description By their names. */
            modules?: {
                [key: string]: components["schemas"]["ProviderModule"];
            };
            /** @description Catalog name, case-sensitive. */
            name: string;
            oauth2Opts?: components["schemas"]["OAuth2Options"];
            /** @description Objects that can be read; left out where that is the customer's matter. */
            objects?: string[];
            support: components["schemas"]["ProviderSupport"];
        };
        /** @description A value that stands for a placeholder of the addresses. */
        ProviderInput: {
            /** @description Shown to people. */
            displayName: string;
            /** @description As the placeholder names it. */
            name: string;
            /** @description Where it is found, for people. */
            prompt?: string;
        };
        /** @description What a connection must say besides its credentials. */
        ProviderMetadata: {
            input: components["schemas"]["ProviderInput"][];
        };
        /** @description A part of a provider's API. */
        ProviderModule: {
            baseURL: string;
            /** @description Shown to people. */
            displayName: string;
            support: components["schemas"]["ProviderSupport"];
        };
        /** @description What this runtime can do with a provider. */
        ProviderSupport: {
            batchWrite: boolean;
            bulkWrite: components["schemas"]["BulkWriteSupport"];
            delete: boolean;
            proxy: boolean;
            read: boolean;
            search: boolean;
            subscribe: boolean;
            write: boolean;
        };
        /** @description What a purge came to, or would. */
        PurgedDeliveries: {
            /**
             * Format: int64
             * @description Bytes of those messages.
             */
            bytes?: number;
            /**
             * Format: int64
             * @description Messages that went with them, because no delivery of theirs was left.
             */
            messages?: number;
            /**
             * Format: int64
             * @description Deliveries that are gone.
             */
            purged?: number;
            /**
             * Format: int64
             * @description How many there are, after `dryRun`.
             */
            wouldPurge?: number;
        };
        /** @description How many events are gone. */
        PurgedEvents: {
            /** Format: int64 */
            purged: number;
        };
        /** @description What would become of the reads of one object. */
        ReadConsequence: {
            /** @description What a read that begins reads first, unless it ran before. */
            backfill?: components["schemas"]["BackfillPeriod"];
            change: components["schemas"]["ReadFate"];
            /** @description The groups of some of them (at most 20), by their references. */
            groups: string[];
            /** @description How many installations. */
            installations: number;
            /** @description The provider's name. */
            objectName: string;
        };
        /**
         * @description What becomes of a read.
         * @enum {string}
         */
        ReadFate: "begins" | "pauses" | "follows" | "stays";
        /** @description One run of a read. */
        ReadOperation: {
            /**
             * Format: date-time
             * @description When it began.
             */
            createTime: string;
            /**
             * Format: uuid
             * @description Its id, as messages carry it.
             */
            id: string;
            /**
             * @description What started it; nothing before its first page.
             * @example scheduled
             */
            readType?: string | null;
            /**
             * Format: int64
             * @description How many there are, as far as known.
             */
            recordsEstimatedTotal?: number | null;
            /**
             * Format: int64
             * @description Records read so far.
             */
            recordsProcessed: number;
            /** @description A sentence for an operator, once it ended. */
            result?: string | null;
            /** @description How it stands. */
            status: components["schemas"]["OperationStatus"];
            /**
             * Format: date-time
             * @description When it last committed or ended.
             */
            updateTime: string;
        };
        /** @description How one read stands. */
        ReadStatus: {
            /**
             * Format: int32
             * @description Failures in a row.
             */
            failures: number;
            /** @description Its customer's group; nothing where the read is not configured now. */
            groupRef?: string | null;
            /** @description Why it must wait, where it must. */
            held?: string | null;
            /** @description The installation. */
            installationId: string;
            /** @description Its integration; nothing where the read is not configured now. */
            integration?: string | null;
            /**
             * Format: date-time
             * @description When it runs next.
             */
            nextRunAt?: string | null;
            /** @description The provider's object name. */
            objectName: string;
            operation?: components["schemas"]["ReadOperation"] | null;
            paused?: components["schemas"]["Pause"] | null;
        };
        /** @description What a reload changed. */
        Reloaded: {
            /** @description Connections that are other than before. */
            connections: number;
            /** @description Destinations that are other than before. */
            destinations: number;
            /** @description Installations that are other than before. */
            installations: number;
            /** @description Integrations that are other than before. */
            integrations: number;
            /** @description What counts only from the next start on. */
            notes: string[];
        };
        /** @description An object that would be taken away, and who reads it. */
        RemovedObject: {
            /** @description The groups of some of them (at most 20), by their references. */
            groups: string[];
            /** @description How many installations read it. */
            installations: number;
            integrationName: string;
            /** @description The provider's name. */
            objectName: string;
        };
        /** @description What a replay came to, or would. */
        Replayed: {
            /**
             * Format: int64
             * @description Deliveries that are made again.
             */
            replayed?: number;
            /**
             * Format: int64
             * @description How many there are, after `dryRun`.
             */
            wouldReplay?: number;
        };
        /** @description How many events were given back to be tried again. */
        ReplayedEvents: {
            /** Format: int64 */
            replayed: number;
        };
        /** @description One thing in a request that cannot work. */
        RequestIssue: {
            /** @description Why it cannot work. */
            detail: string;
            /** @description Which part of the request. */
            in: components["schemas"]["Place"];
            /** @description The parameter's or header's name; for a body the way to the member, like `config.content.read.objects[0]`. */
            name: string;
            /** @description What to do about it. */
            remedy?: string;
            /** @description What was given, where it is short, plain and no secret. */
            value?: unknown;
        };
        /** @description An integration as it was deployed once. */
        Revision: {
            /** @description The integration as amp.yaml writes it. */
            content: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description When it was deployed.
             */
            createTime: string;
            id: string;
            /**
             * Format: int32
             * @description From 1, in the order of deployment.
             */
            number: number;
            /** @description Of the manifest. */
            specVersion: string;
        };
        /** @description How many reads run now. */
        RunAnswer: {
            reads: number;
        };
        /** @description Which reads; all where nothing is said. */
        RunRequest: {
            /** @description Only those of this installation. */
            installationId?: string | null;
            /** @description Only those of this object, by the provider's name. */
            objectName?: string | null;
        };
        /** @description How everything stands. */
        RuntimeStatus: {
            /** @description Connections that do not work. */
            connections?: components["schemas"]["BadConnection"][];
            /** @description Every known destination. */
            destinations: components["schemas"]["DestinationState"][];
            /** @description Providers' events that are not messages yet. */
            events: components["schemas"]["InboxState"];
            /** @description The project. */
            project: string;
            /** @description Every read that ever began, and those that are due. */
            reads: components["schemas"]["ReadStatus"][];
            /** @description Why no read goes on, where that is so: the disk is full. */
            readsHeld?: string | null;
            /**
             * Format: date-time
             * @description Since when reads and deliveries run; nothing while no runtime runs.
             */
            runningSince?: string | null;
            /** @description The runtime's version. */
            version: string;
        };
        /**
         * @description How serious an entry of a log is.
         * @enum {string}
         */
        Severity: "info" | "warning" | "error";
        /** @description A name and a password. */
        ShownBasicAuth: {
            password: string;
            username: string;
        };
        /** @description Credentials that were asked for, under the member that `connections:generate` takes them by. */
        ShownCredentials: {
            accessToken?: string;
            apiKey?: string;
            basicAuth?: components["schemas"]["ShownBasicAuth"];
            customAuth?: {
                [key: string]: string;
            };
            oauth2AuthorizationCode?: components["schemas"]["ShownTokens"];
            oauth2ClientCredentials?: components["schemas"]["ShownTokens"];
            oauth2PasswordCredentials?: components["schemas"]["ShownTokens"];
        };
        /** @description One token, and its times where they are known. */
        ShownToken: {
            /** Format: date-time */
            expiresAt?: string;
            /** Format: date-time */
            issuedAt?: string;
            token: string;
        };
        /** @description Tokens of OAuth 2.0. */
        ShownTokens: {
            accessToken?: components["schemas"]["ShownToken"];
            /** @description With `includeRefreshToken`. */
            refreshToken?: components["schemas"]["ShownToken"];
            scopes: string[];
        };
        /** @description What serves destinations of a type. */
        Sink: {
            /** @description What it may ask of the runtime, in words. */
            capabilities: components["schemas"]["Capability"][];
            /** @description JSON Schema of a destination's `metadata`. */
            configSchema: Record<string, never>;
            /**
             * Format: date-time
             * @description When it was first installed; nothing for one that is built in.
             */
            createTime?: string;
            /** @description SHA-256 of its component, in hexadecimal digits. */
            digest: string;
            /**
             * Format: int64
             * @description Most bytes of bodies in a batch.
             */
            maxBatchBytes: number;
            /**
             * Format: int32
             * @description Most messages in a batch.
             */
            maxBatchMessages: number;
            /**
             * Format: int64
             * @description Larger messages go out as an address to fetch them from; 0 = no limit.
             */
            maxMessageBytes: number;
            /** @description The type of destination that it serves. */
            name: string;
            origin: components["schemas"]["SinkOrigin"];
            /**
             * Format: date-time
             * @description When this component was.
             */
            updateTime?: string;
            /** @description The sink's own version. */
            version: string;
        };
        /**
         * @description Where a sink comes from.
         * @enum {string}
         */
        SinkOrigin: "builtIn" | "command" | "api";
        /** @description A text, and where it comes from. */
        Sourced: {
            /** @description `input`, `token`, …: it makes no difference here. */
            source?: string | null;
            value: string;
        };
        /** @description What is wrong with a template. */
        TemplateCheck: {
            issues: components["schemas"]["TemplateIssue"][];
        };
        /**
         * @description Whose template it is.
         * @enum {string}
         */
        TemplateDestination: "s3" | "kinesis";
        /** @description One problem of a template. */
        TemplateIssue: {
            /** @description Whether there is no key because of it; else it is a warning. */
            fatal: boolean;
            message: string;
            /** @description In the expression, in characters from 0; null where it concerns the message or the whole. */
            position?: number | null;
        };
        /** @description What came of a template. */
        TemplatePreview: {
            issues: components["schemas"]["TemplateIssue"][];
            /** @description The rendered text; null where there is none. */
            key?: string | null;
            /** @description That the key is a fall-back, and why. */
            note?: string | null;
        };
        /** @description A template to try, and what to try it on. */
        TemplatePreviewRequest: {
            destination: components["schemas"]["TemplateDestination"];
            /**
             * Format: date-time
             * @description When the event happened; without it the metadata's time.
             */
            eventTime?: string | null;
            /** @description A JMESPath expression over `metadata`, `time` and `data`; without it the destination's default. */
            expression?: string | null;
            /** @description A message; without it a sample. */
            message?: unknown;
            /** @description Any keys of the metadata, the rest from the sample; null or no `operationId` is that of a subscribe event. */
            metadata?: {
                [key: string]: unknown;
            } | null;
        };
        /** @description A template to check. */
        TemplateRequest: {
            destination: components["schemas"]["TemplateDestination"];
            /** @description A JMESPath expression over `metadata`, `time` and `data`; without it the destination's default. */
            expression?: string | null;
        };
        /** @description A message on its way. */
        TestMessage: {
            /**
             * Format: int64
             * @description The delivery: what became of it is shown under `deliveries`.
             */
            deliveryId: number;
            /** @description Name of the destination. */
            destination: string;
            /**
             * Format: uuid
             * @description The message's id, as the receiver is shown it.
             */
            eventId: string;
        };
        /** @description A token and its times. */
        Token: {
            /** Format: date-time */
            expiresAt?: string | null;
            /** Format: date-time */
            issuedAt?: string | null;
            /** Format: password */
            token: string;
        };
        /** @description What token answers tell besides. */
        TokenMetadataFields: {
            /** @description The member that names the customer's workspace. */
            workspaceRefField?: string;
        };
        /** @description What notifications come to and destinations hear from. */
        Topic: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            createTime: string;
            /** @description Stable. */
            id: string;
            /** @description Unique within the project. */
            name: string;
            /** @description The file that declares it, where one does: only an edit of that changes it and its routes. */
            originFile?: string;
            /** @description The project. */
            projectId: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updateTime: string;
        };
        /** @description A route from a topic to a destination. */
        TopicDestinationRoute: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            createTime: string;
            /** @description The destination's id; its name does, too. */
            destinationId: string;
            /** @description Stable. */
            id: string;
            /** @description The project. */
            projectId: string;
            /** @description The topic's id. */
            topicId: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updateTime: string;
        };
        /** @description What of a route changes. */
        TopicDestinationRoutePatch: {
            /** @description The destination's id; its name does, too. */
            destinationId?: string | null;
            /** @description The topic's id or name. */
            topicId?: string | null;
        };
        /** @description What of a topic changes. */
        TopicPatch: {
            /** @description Letters, digits, dots, dashes and underscores. */
            name?: string | null;
        };
        /** @description What a triggered read is known by. */
        TriggerAnswer: {
            /** Format: uuid */
            operationId: string;
        };
        /** @description A read apart from the schedule. */
        TriggerRequest: {
            /** @description Whose installation. */
            groupRef: string;
            mode: components["schemas"]["Mode"];
            /**
             * Format: date-time
             * @description Only what changed at this time or later; the whole history where it is not given.
             */
            sinceTimestamp?: string | null;
            /**
             * Format: date-time
             * @description Only what changed at this time or before.
             */
            untilTimestamp?: string | null;
        };
        /** @description New values and which of them count. */
        UpdateApiKeyRequest: {
            apiKey: components["schemas"]["ApiKeyValues"];
            /** @description Which members of `apiKey` count. */
            updateMask: components["schemas"]["ApiKeyMask"][];
        };
        /** @description A mask and the values that it is about. */
        UpdateConnectionRequest: {
            connection: components["schemas"]["ConnectionValues"];
            /**
             * @description `providerWorkspaceRef`, `providerMetadata`, `providerMetadata.<name>`, and one of the ways to authorise. What a mask names and
             *     `connection` lacks is taken away.
             */
            updateMask: string[];
        };
        /** @description New values of a destination, and which of them count. */
        UpdateDestinationRequest: {
            destination: components["schemas"]["DestinationUpdate"];
            /**
             * @description Paths: `name`, `metadata`, `metadata.<key>`, `secrets`, `secrets.<key>`. What a path names and `destination` leaves out is taken
             *     away.
             */
            updateMask: string[];
        };
        /** @description New values and which of them count. */
        UpdateInstallationRequest: {
            /** @description The installation, as far as the masks name it. */
            installation: {
                [key: string]: unknown;
            };
            /**
             * @description `connectionId`, `config.createdBy`, `config.content.read.objects.<object>`, `config.content.write.objects`,
             *     `config.content.subscribe.objects`, `config.content.proxy.enabled`.
             */
            updateMask: string[];
        };
        /** @description New values and which of them count. */
        UpdateJwtKeyRequest: {
            jwtKey: components["schemas"]["JwtKeyValues"];
            /** @description Which members of `jwtKey` count. */
            updateMask: components["schemas"]["JwtKeyMask"][];
        };
        /** @description New values and which of them count. */
        UpdateNotificationEventTopicRouteRequest: {
            notificationEventTopicRoute: components["schemas"]["NotificationEventTopicRoutePatch"];
            /** @description `eventType`, `topicId`. */
            updateMask: string[];
        };
        /** @description New values of a project, and which of them count. */
        UpdateProjectRequest: {
            project: components["schemas"]["ProjectUpdate"];
            /** @description Paths; there is `appName`. */
            updateMask: string[];
        };
        /** @description A mask and the values that it is about. */
        UpdateProviderAppRequest: {
            providerApp: components["schemas"]["ProviderAppValues"];
            /**
             * @description `clientId`, `clientSecret`, `scopes`, `externalRef`, `metadata`, `metadata.authQueryParams`, `metadata.providerParams`. What a
             *     mask names and `providerApp` lacks is taken away.
             */
            updateMask: string[];
        };
        /** @description New values and which of them count. */
        UpdateTopicDestinationRouteRequest: {
            topicDestinationRoute: components["schemas"]["TopicDestinationRoutePatch"];
            /** @description `destinationId`, `topicId`. */
            updateMask: string[];
        };
        /** @description New values and which of them count. */
        UpdateTopicRequest: {
            topic: components["schemas"]["TopicPatch"];
            /** @description `name`. */
            updateMask: string[];
        };
        /** @description Where to send an archive, and what it is called from then on. */
        UploadAddress: {
            /** @description First part of its address as `sourceZipUrl`: `gs://<bucket>/<path>`. */
            bucket: string;
            /** @description Second part. */
            path: string;
            /** @description Takes one `PUT` of the archive within 15 minutes, with the header `Content-MD5` where its sum was given. */
            url: string;
        };
        /**
         * @description Kinds of values.
         * @enum {string}
         */
        ValueType: "string" | "boolean" | "singleSelect" | "multiSelect" | "date" | "datetime" | "int" | "float" | "reference" | "other";
    };
    responses: {
        /** @description What is there does not allow it. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The runtime failed; its log says why. */
        Failed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The key or the token does not open this. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request is well-formed, and something in it cannot work: `issues` lists everything. */
        Invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request is malformed. */
        Malformed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such thing. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It has changed since the state that If-Match names. */
        PreconditionFailed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Any other failure. */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body was not there in time. */
        TimedOut: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests; `retryAfter` says when to come again. */
        TooManyRequests: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No valid key or token was shown. */
        Unauthorized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The runtime cannot answer now; `retryAfter` says when to come again. */
        Unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is of another content type. */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    oauthCallback: {
        parameters: {
            query?: {
                /** @description What tokens are exchanged for. */
                code?: string;
                /** @description Why there is no code. */
                error?: string;
                /** @description As the consent's address had it. */
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Connected */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description This answers no consent, or denies it. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            /** @description The connection could not be kept. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The provider gave no tokens. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    download: {
        parameters: {
            query: {
                /** @description Until when the address holds, in seconds since 1970. */
                expires: string;
                /** @description Over all of it. */
                signature: string;
            };
            header?: never;
            path: {
                /** @description An event's id. */
                eventId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown[];
                };
            };
            /** @description The range that was asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            400: components["responses"]["Malformed"];
            /** @description The address is another one, or too old. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description There are no such bytes. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    showLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    showReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            /** @description It does not; `detail` says why. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listItems: {
        parameters: {
            query?: {
                /** @description Rows of a page. */
                pageSize?: number;
                /** @description Where the page begins: `pagination.nextPageToken` of the page before. */
                pageToken?: string;
            };
            header?: {
                /** @description Entity tags, as `ETag` gave them: where one of them still holds, the answer is 304 without a body. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The `endpoint` of a destination of the type `api`. */
                endpoint: string;
                /** @description The product's own id for the customer's team. */
                groupRef: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paged_Item"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags, as `ETag` gave them: where one of them still holds, the answer is 304 without a body. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The `endpoint` of a destination of the type `api`. */
                endpoint: string;
                /** @description The product's own id for the customer's team. */
                groupRef: string;
                /** @description The provider's primary key of the record. */
                itemId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Item"];
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    pauseInstallation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An installation's id. */
                installationId: string;
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PauseRequest"] | null;
            };
        };
        responses: {
            /** @description Paused */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    unpauseInstallation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An installation's id. */
                installationId: string;
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PauseRequest"] | null;
            };
        };
        responses: {
            /** @description No longer paused */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    triggerRead: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
                 *     first one was, and creates nothing again; with another request the key is refused.
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The object, by the provider's name, or by the one that the manifest maps it to where fields are asked for. */
                objectName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TriggerRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriggerAnswer"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    receiveEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        /** @description As the provider sends it. */
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventsTaken"];
                };
            };
            400: components["responses"]["Malformed"];
            /** @description The call is not the provider's. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    receiveInstallationEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An installation's id. */
                installationId: string;
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        /** @description As the provider sends it. */
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventsTaken"];
                };
            };
            400: components["responses"]["Malformed"];
            /** @description The call is not the provider's. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    uploadArchive: {
        parameters: {
            query: {
                /** @description Until when the address holds, in seconds since 1970. */
                expires: string;
                /** @description The sum that the archive must have, where one was given. */
                md5: string;
                /** @description Over all of it. */
                signature: string;
            };
            header?: never;
            path: {
                /** @description Of the address that generate-upload-url gave. */
                uploadId: string;
            };
            cookie?: never;
        };
        /** @description The archive. */
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description It is kept for an hour. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            /** @description The address is another one, or too old. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            /** @description An archive was sent there already. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    generateUploadUrl: {
        parameters: {
            query?: {
                /** @description Its MD5 sum in base64: then the address takes no other archive. */
                md5?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadAddress"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description No runtime is running. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    checkManifest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ManifestRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManifestCheck"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    oauthConnect: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OauthConnectRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentAddress"];
                    "text/plain": string;
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such project. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    showDocument: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An OpenAPI 3.1 document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["Malformed"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listProjects: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    updateProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateProjectRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                /** @description Only those that open something now. */
                active?: boolean;
            };
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
                 *     first one was, and creates nothing again; with another request the key is refused.
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateApiKeyRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A key's id; never the key itself, which does not belong into an address. */
                apiKeyId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    deleteApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A key's id; never the key itself, which does not belong into an address. */
                apiKeyId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    updateApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A key's id; never the key itself, which does not belong into an address. */
                apiKeyId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateApiKeyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listConnections: {
        parameters: {
            query?: {
                /** @description Only those that this person gave. */
                consumerRef?: string;
                /** @description Only those of this group. */
                groupRef?: string;
                /** @description Only those to this provider. */
                provider?: string;
            };
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    generateConnection: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
                 *     first one was, and creates nothing again; with another request the key is refused.
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GenerateConnectionRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getConnection: {
        parameters: {
            query?: {
                /** @description Show the credentials. */
                includeCreds?: boolean;
                /** @description Show the refresh token with them. */
                includeRefreshToken?: boolean;
                /** @description Renew the tokens first. */
                refresh?: "force" | "ifExpired";
            };
            header?: never;
            path: {
                /** @description A connection's id. */
                connectionId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            /** @description The provider refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    deleteConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A connection's id. */
                connectionId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    updateConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A connection's id. */
                connectionId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateConnectionRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    checkConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A connection's id. */
                connectionId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckedConnection"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    updateConnectionOauth: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A connection's id. */
                connectionId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["GivenCredentials"] | null;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                    "text/plain": string;
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    refreshConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A connection's id. */
                connectionId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            /** @description The provider refused. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description Name of the destination. */
                destination?: string;
                /** @description Those of one message. */
                eventId?: string;
                /** @description The customer's group. */
                groupRef?: string;
                /** @description As messages carry it. */
                objectName?: string;
                /** @description Rows of a page. */
                pageSize?: number;
                /** @description Where the page begins: `pagination.nextPageToken` of the page before. */
                pageToken?: string;
                /** @description Made at this time or later. */
                since?: string;
                /** @description How they stand. */
                status?: components["schemas"]["DeliveryStatus"];
                /** @description Made before this time. */
                until?: string;
            };
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paged_DeliverySummary"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    purgeDeliveries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurgedDeliveries"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    replayDeliveries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A delivery's id. */
                deliveryId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryDetail"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listDestinations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Destination"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    createDestination: {
        parameters: {
            query?: {
                /** @description Show the signing key. */
                includeSecrets?: boolean;
            };
            header?: {
                /**
                 * @description Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
                 *     first one was, and creates nothing again; with another request the key is refused.
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateDestinationRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Destination"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            /** @description There is one of this name. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getDestination: {
        parameters: {
            query?: {
                /** @description Show the signing key. */
                includeSecrets?: boolean;
                /** @description Make a new signing key first; the one before signs beside it for 24 hours. */
                rotate?: boolean;
            };
            header?: never;
            path: {
                /** @description A destination's id or name. */
                destinationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Destination"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    deleteDestination: {
        parameters: {
            query?: {
                /** @description Even where a manifest or an installation names it: those then wait for a destination of that name. */
                force?: boolean;
            };
            header?: {
                /** @description An entity tag, as `ETag` gave it: the change is made only where nothing has changed since. `*` is any state. */
                "If-Match"?: string;
            };
            path: {
                /** @description A destination's id or name. */
                destinationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    updateDestination: {
        parameters: {
            query?: {
                /** @description Even where a manifest or an installation names it: those then wait for a destination of that name. */
                force?: boolean;
            };
            header?: {
                /** @description An entity tag, as `ETag` gave it: the change is made only where nothing has changed since. `*` is any state. */
                "If-Match"?: string;
            };
            path: {
                /** @description A destination's id or name. */
                destinationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateDestinationRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Destination"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    testDestination: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A destination's id or name. */
                destinationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestMessage"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    disableDestination: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A destination's id or name. */
                destinationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is stopped. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    enableDestination: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A destination's id or name. */
                destinationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It goes on. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Only those of this installation. */
                installationId?: string;
                /** @description Only those of this object, by the provider's name. */
                objectName?: string;
                /** @description Rows of a page. */
                pageSize?: number;
                /** @description Where the page begins: `pagination.nextPageToken` of the page before. */
                pageToken?: string;
                /** @description How they stand. */
                status?: components["schemas"]["EventStatus"];
            };
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paged_EventSummary"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    purgeEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventFilter"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurgedEvents"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    replayEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventFilter"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayedEvents"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An event's id. */
                eventId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventDetail"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    reloadFiles: {
        parameters: {
            query?: {
                /** @description It may take away objects that installations read: those reads are paused. */
                destructive?: boolean;
            };
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reloaded"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listInstallationsForProject: {
        parameters: {
            query?: {
                /** @description Only those of this group. */
                groupRef?: string;
                /** @description The last installation's id of the page before. A list that holds fewer than 1,000 has come to its end. */
                pageToken?: string;
            };
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installation"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getInstallationOfProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An installation's id. */
                installationId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installation"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listIntegrations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integration"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    createIntegration: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
                 *     first one was, and creates nothing again; with another request the key is refused.
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntegrationSource"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integration"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            /** @description There is one of this name. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    deployIntegrations: {
        parameters: {
            query?: {
                /** @description It may take away objects that installations read: those reads are paused. */
                destructive?: boolean;
                /** @description Nothing changes: the answer is a DeploymentPlan. */
                dryRun?: boolean;
            };
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntegrationSource"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentResult"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getIntegration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integration"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    deleteIntegration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listInstallations: {
        parameters: {
            query?: {
                /** @description Only those of this group. */
                groupRef?: string;
                /** @description The last installation's id of the page before. A list that holds fewer than 1,000 has come to its end. */
                pageToken?: string;
            };
            header?: never;
            path: {
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installation"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    createInstallation: {
        parameters: {
            query?: {
                /** @description Whether the provider is not asked for one record of each object first, which tells of fields and objects that are not there. */
                skipSampling?: boolean;
            };
            header?: {
                /**
                 * @description Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
                 *     first one was, and creates nothing again; with another request the key is refused.
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateInstallationRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installation"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getInstallation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An installation's id. */
                installationId: string;
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installation"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    deleteInstallation: {
        parameters: {
            query?: never;
            header?: {
                /** @description An entity tag, as `ETag` gave it: the change is made only where nothing has changed since. `*` is any state. */
                "If-Match"?: string;
            };
            path: {
                /** @description An installation's id. */
                installationId: string;
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    updateInstallation: {
        parameters: {
            query?: {
                /** @description Whether the provider is not asked for one record of each object first, which tells of fields and objects that are not there. */
                skipSampling?: boolean;
            };
            header?: {
                /** @description An entity tag, as `ETag` gave it: the change is made only where nothing has changed since. `*` is any state. */
                "If-Match"?: string;
            };
            path: {
                /** @description An installation's id. */
                installationId: string;
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateInstallationRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installation"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getBackfillProgress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An installation's id. */
                installationId: string;
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The object, by the provider's name, or by the one that the manifest maps it to where fields are asked for. */
                objectName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackfillProgress"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listOperations: {
        parameters: {
            query?: {
                /** @description Only those of this installation. */
                installationId?: string;
                /** @description Only those of this object, by the provider's name. */
                objectName?: string;
                /** @description Rows of a page. */
                pageSize?: number;
                /** @description Where the page begins: `pagination.nextPageToken` of the page before. */
                pageToken?: string;
            };
            header?: never;
            path: {
                /** @description An installation's id. */
                installationId: string;
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paged_Operation"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listInstallationRevisions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An installation's id. */
                installationId: string;
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Config"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    patchObjectConfigContent: {
        parameters: {
            query?: {
                /** @description Whether the provider is not asked for one record of each object first, which tells of fields and objects that are not there. */
                skipSampling?: boolean;
            };
            header?: {
                /** @description An entity tag, as `ETag` gave it: the change is made only where nothing has changed since. `*` is any state. */
                "If-Match"?: string;
            };
            path: {
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The object, by the provider's name, or by the one that the manifest maps it to where fields are asked for. */
                objectName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatchObjectRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installation"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getObjectMetadataOfIntegration: {
        parameters: {
            query: {
                /** @description Leave out fields that cannot be written. */
                excludeReadOnly?: boolean;
                /** @description The product's own id of the customer's team. */
                groupRef: string;
            };
            header?: never;
            path: {
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The object, by the provider's name, or by the one that the manifest maps it to where fields are asked for. */
                objectName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ObjectMetadata"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            /** @description The provider does not answer, or refuses. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listIntegrationRevisions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revision"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    createIntegrationRevision: {
        parameters: {
            query?: {
                /** @description It may take away objects that installations read: those reads are paused. */
                destructive?: boolean;
            };
            header?: {
                /**
                 * @description Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
                 *     first one was, and creates nothing again; with another request the key is refused.
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntegrationSource"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revision"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getIntegrationRevision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description A revision's id. */
                revisionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revision"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    hydrateIntegrationRevision: {
        parameters: {
            query: {
                /** @description A connection for the integration's provider. */
                connectionId: string;
            };
            header?: never;
            path: {
                /** @description An integration's id, or its name in amp.yaml. */
                integrationIdOrName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description A revision's id. */
                revisionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HydratedRevision"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listJwtKeys: {
        parameters: {
            query?: {
                /** @description Only those that open something now. */
                active?: boolean;
            };
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JwtKey"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    createJwtKey: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
                 *     first one was, and creates nothing again; with another request the key is refused.
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateJwtKeyRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedJwtKey"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getJwtKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A public key's id: the `kid` of its tokens. */
                jwtKeyId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JwtKey"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    deleteJwtKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A public key's id: the `kid` of its tokens. */
                jwtKeyId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    updateJwtKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A public key's id: the `kid` of its tokens. */
                jwtKeyId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateJwtKeyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JwtKey"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listNotificationEventTopicRoutes: {
        parameters: {
            query?: {
                /** @description Only those with this other end. */
                eventType?: string;
                /** @description Only those of this topic, by id. */
                topicId?: string;
            };
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationEventTopicRoute"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    createNotificationEventTopicRoute: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
                 *     first one was, and creates nothing again; with another request the key is refused.
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateNotificationEventTopicRouteRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationEventTopicRoute"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            /** @description There is such a route. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getNotificationEventTopicRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description A route's id. */
                routeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationEventTopicRoute"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    deleteNotificationEventTopicRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description A route's id. */
                routeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    updateNotificationEventTopicRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description A route's id. */
                routeId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateNotificationEventTopicRouteRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationEventTopicRoute"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    oauthConnectForProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OauthConnectRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentAddress"];
                    "text/plain": string;
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listOperationsForProject: {
        parameters: {
            query?: {
                /** @description Only those of this installation. */
                installationId?: string;
                /** @description Only those of this object, by the provider's name. */
                objectName?: string;
                /** @description Rows of a page. */
                pageSize?: number;
                /** @description Where the page begins: `pagination.nextPageToken` of the page before. */
                pageToken?: string;
            };
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paged_Operation"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An operation's id. */
                operationId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listOperationLogs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An operation's id. */
                operationId: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Log"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listProviderApps: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderApp"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    createProviderApp: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
                 *     first one was, and creates nothing again; with another request the key is refused.
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateProviderAppRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderApp"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getProviderApp: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description The id of a registration. */
                providerAppId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderApp"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    deleteProviderApp: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description The id of a registration. */
                providerAppId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    updateProviderApp: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description The id of a registration. */
                providerAppId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateProviderAppRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderApp"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getObjectMetadataOfProvider: {
        parameters: {
            query: {
                /** @description Leave out fields that cannot be written. */
                excludeReadOnly?: boolean;
                /** @description The product's own id of the customer's team. */
                groupRef: string;
            };
            header?: never;
            path: {
                /** @description The object, by the provider's name, or by the one that the manifest maps it to where fields are asked for. */
                objectName: string;
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description A provider's name in the catalog. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ObjectMetadata"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            /** @description The provider does not answer, or refuses. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    runReads: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunAnswer"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listSinks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sink"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    installSink: {
        parameters: {
            query?: {
                /** @description In place of the component that serves its type now. */
                replace?: boolean;
            };
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/wasm": number[];
            };
        };
        responses: {
            /** @description It serves in place of another. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sink"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sink"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getSink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description The type of destination that the sink serves. */
                sinkName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sink"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    removeSink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description The type of destination that the sink serves. */
                sinkName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    showStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuntimeStatus"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listTopicDestinationRoutes: {
        parameters: {
            query?: {
                /** @description Only those with this other end. */
                destinationId?: string;
                /** @description Only those of this topic, by id. */
                topicId?: string;
            };
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TopicDestinationRoute"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    createTopicDestinationRoute: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
                 *     first one was, and creates nothing again; with another request the key is refused.
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTopicDestinationRouteRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TopicDestinationRoute"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            /** @description There is such a route. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getTopicDestinationRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description A route's id. */
                routeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TopicDestinationRoute"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    deleteTopicDestinationRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description A route's id. */
                routeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    updateTopicDestinationRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description A route's id. */
                routeId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateTopicDestinationRouteRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TopicDestinationRoute"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listTopics: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Topic"][];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    createTopic: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Of the client's choice, new for each thing to be created. The same request with the same key within 24 hours is answered as the
                 *     first one was, and creates nothing again; with another request the key is refused.
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTopicRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Topic"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            /** @description There is one of this name. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getTopic: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description A topic's id or name. */
                topicIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Topic"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    deleteTopic: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description A topic's id or name. */
                topicIdOrName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    updateTopic: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project that this runtime serves. */
                projectIdOrName: string;
                /** @description A topic's id or name. */
                topicIdOrName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateTopicRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Topic"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    listProviders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: components["schemas"]["ProviderInfo"];
                    };
                };
            };
            400: components["responses"]["Malformed"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    getProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A provider's name in the catalog. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderInfo"];
                };
            };
            400: components["responses"]["Malformed"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    checkTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TemplateRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateCheck"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
    previewTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TemplatePreviewRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplatePreview"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["TimedOut"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Problem"];
        };
    };
}

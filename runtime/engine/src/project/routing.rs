//! Who is told of what: events of the project go to topics, and topics to destinations.

use ampline_core::message::NotificationType;
use jiff::Timestamp;

use super::model::Origin;

/// Most topics of a project.
pub const TOPICS_MAX: usize = 1_000;
/// Most routes of one kind.
pub const ROUTES_MAX: usize = 10_000;

/// What events come to and destinations hear from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Stable id.
    pub id: String,
    /// Unique within the project.
    pub name: String,
    /// Who made it, and so who may change it and its routes.
    pub origin: Origin,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
}

/// Which of the two kinds of routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteKind {
    /// From a type of notification to a topic.
    Event,
    /// From a topic to a destination.
    Destination,
}

impl RouteKind {
    /// What people call it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Event => "event-topic route",
            Self::Destination => "topic-destination route",
        }
    }
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Stable id.
    pub id: String,
    /// The topic's id.
    pub topic_id: String,
    /// The other end: a [`NotificationType`], or the id of a destination.
    pub end: String,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
}

/// Which routes are meant; what is nothing does not matter.
#[derive(Debug, Clone, Default)]
pub struct RouteFilter {
    /// Of this topic, by id.
    pub topic_id: Option<String>,
    /// With this other end.
    pub end: Option<String>,
}

/// What a file says: who hears of what, by the names of destinations; the store has their ids in place of those.
pub type DeclaredRoutes = Vec<(NotificationType, Vec<String>)>;
